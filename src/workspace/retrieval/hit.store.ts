import type { DataSource } from 'typeorm';
import { indexed } from './query-words.js';
import { START, STOP } from './snippet.js';
import { type SourceType, sourcesInOrder } from './source-types.js';

/** A chunk with what it is from; what is archived, removed or gone is left out. */
export interface HitChunk {
  id: string;
  source_type: SourceType;
  source_id: string;
  position: number;
  title: string;
  thread_id: string | null;
  models: string[];
  headline: string;
}

/** Any of the words is marked; an excluded one cannot be there. */
const MARKED = `replace(websearch_to_tsquery('english', $2)::text, ' & ', ' | ')::tsquery`;

const ITEM = ({ type, hit }: (typeof sourcesInOrder)[number]) => `
      SELECT ${hit.title} AS title, ${hit.thread_id ?? 'NULL::uuid'} AS thread_id, ${hit.models ?? `'{}'::text[]`} AS models
        FROM ${hit.from} WHERE c.source_type = '${type}' AND ${hit.id} = c.source_id AND ${hit.visible ?? 'true'}`;

export const READ_HITS = `
  SELECT c.id, c.source_type, c.source_id, c.position, t.title, t.thread_id, t.models,
         ts_headline('english', translate(c.text, '${START}${STOP}', ''), ${MARKED},
           'StartSel=${START}, StopSel=${STOP}, MaxWords=40, MinWords=20, ShortWord=2') AS headline
    FROM chunks c CROSS JOIN LATERAL (
      ${sourcesInOrder.map(ITEM).join(' UNION ALL ')}
    ) AS t
   WHERE c.id = ANY ($1::uuid[])`;

export async function readHits(db: DataSource, chunk_ids: string[], q: string): Promise<HitChunk[]> {
  return db.query(READ_HITS, [chunk_ids, indexed(q)]);
}
