import type { DataSource } from 'typeorm';
import { MODELS_OF_MEMORY, MODELS_OF_TICKET } from '../proposals/models-of.sql.js';
import type { SourceType } from './chunk.store.js';
import { indexed } from './query-words.js';
import { START, STOP } from './snippet.js';

/** A chunk with what it is from; what is archived, removed or gone is left out. */
export interface FoundChunk {
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

export const READ_HITS = `
  SELECT c.id, c.source_type, c.source_id, c.position, t.title, t.thread_id, t.models,
         ts_headline('english', translate(c.text, '${START}${STOP}', ''), ${MARKED},
           'StartSel=${START}, StopSel=${STOP}, MaxWords=40, MinWords=20, ShortWord=2') AS headline
    FROM chunks c CROSS JOIN LATERAL (
      SELECT d.title, NULL::uuid AS thread_id, '{}'::text[] AS models FROM docs d
       WHERE c.source_type = 'doc' AND d.id = c.source_id AND d.archived_at IS NULL
      UNION ALL
      SELECT 'TCK-' || k.number || ' ' || k.title, NULL, ${MODELS_OF_TICKET('k')} FROM tickets k
       WHERE c.source_type = 'ticket' AND k.id = c.source_id
      UNION ALL
      SELECT h.title, h.id, '{}' FROM messages m JOIN threads h ON h.id = m.thread_id
       WHERE c.source_type = 'message' AND m.id = c.source_id
      UNION ALL
      SELECT left(e.body, 80), NULL, ${MODELS_OF_MEMORY('e.id', 'e.body')} FROM memories e
       WHERE c.source_type = 'memory' AND e.id = c.source_id AND e.removed_at IS NULL
    ) AS t
   WHERE c.id = ANY ($1::uuid[])`;

export async function readHits(db: DataSource, chunk_ids: string[], q: string): Promise<FoundChunk[]> {
  return db.query(READ_HITS, [chunk_ids, indexed(q)]);
}
