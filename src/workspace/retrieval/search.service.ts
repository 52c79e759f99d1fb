import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { OrganisationService } from '../../platform/auth/organisation.service.js';
import type { Principal } from '../../platform/auth/principal.js';
import { byKeys } from './by-keys.js';
import { byWords } from './by-words.store.js';
import { type Fused, fuse } from './fuse.js';
import { type HitChunk, readHits } from './hit.store.js';
import { type Neighbour, nearest, type Within } from './nearest.store.js';
import { QueryVectors } from './query-vector.js';
import type { SearchAnswer, SearchQuery } from './search.dto.js';
import { snippetOf } from './snippet.js';
import { countStale, findSpace } from './space.store.js';

/** The number of chunks that each way may find, so that several of one source leave room for others. */
const EACH = 100;

/** Finds the sources of one project that a caller may see, by words and by meaning. */
@Injectable()
export class SearchService {
  /** The bench replaces this function to compare the ways. */
  protected readonly nearest: typeof nearest = nearest;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly organisations: OrganisationService,
    private readonly vectors: QueryVectors,
  ) {}

  async search(caller: Principal, project_id: string, query: SearchQuery): Promise<SearchAnswer> {
    await this.organisations.project(caller, project_id);
    const within = { project_id, user_id: caller.user_id, type: query.type ?? null };
    const [named, text, { neighbours, degraded, stale }] = await Promise.all([
      byKeys(this.db, within, query.q),
      byWords(this.db, within, query.q, EACH),
      this.byMeaning(within, query.q),
    ]);
    const meaning = neighbours.map(({ chunk_id, similarity }) => ({ chunk_id, score: similarity }));
    const fused = namedFirst(named, fuse(text, meaning, EACH));
    return { hits: await this.hits(fused, neighbours, query), degraded, stale };
  }

  private async byMeaning(
    within: Within,
    q: string,
  ): Promise<{ neighbours: Neighbour[]; degraded: boolean; stale: number }> {
    const { space, vector } = await this.vectors.of(q);
    const stale = countStale(this.db, within, space);
    if (vector === null) return { neighbours: [], degraded: true, stale: await stale };
    const look = async () => {
      const space_id = await findSpace(this.db, space);
      return space_id === null ? [] : this.nearest(this.db, within, { space_id, vector }, EACH);
    };
    const [neighbours, count] = await Promise.all([look(), stale]);
    return { neighbours, degraded: false, stale: count };
  }

  /** Shows each source once, by the best of its chunks. */
  private async hits(
    fused: Fused[],
    neighbours: Neighbour[],
    { q, limit }: SearchQuery,
  ): Promise<SearchAnswer['hits']> {
    const similarities = new Map(neighbours.map(({ chunk_id, similarity }) => [chunk_id, similarity]));
    const seen = new Set<string>();
    const hits: SearchAnswer['hits'] = [];
    for (let start = 0; start < fused.length && hits.length < limit; start += 2 * limit) {
      const page = fused.slice(start, start + 2 * limit);
      const rows = await readHits(
        this.db,
        page.map(({ chunk_id }) => chunk_id),
        q,
      );
      const chunks = new Map(rows.map((chunk) => [chunk.id, chunk]));
      for (const one of page) {
        const chunk = chunks.get(one.chunk_id);
        const source = chunk && `${chunk.source_type}/${chunk.source_id}`;
        if (!source || seen.has(source) || hits.length === limit) continue;
        seen.add(source);
        hits.push(present(chunk, one, similarities.get(one.chunk_id) ?? null));
      }
    }
    return hits;
  }
}

/** Sources that the query names by key come before all other results. */
function namedFirst(named: string[], fused: Fused[]): Fused[] {
  const byId = new Map(fused.map((one) => [one.chunk_id, one]));
  const best = fused[0]?.score ?? 0;
  const first = named.map((chunk_id, at): Fused => {
    const { why } = byId.get(chunk_id) ?? { why: 'text' };
    return { chunk_id, score: best + named.length - at, why: why === 'meaning' ? 'both' : why };
  });
  return [...first, ...fused.filter(({ chunk_id }) => !named.includes(chunk_id))];
}

function present(
  chunk: HitChunk,
  { score, why }: Fused,
  similarity: number | null,
): SearchAnswer['hits'][number] {
  const { source_type: type, source_id: id, title, thread_id, models, position, headline } = chunk;
  return {
    source: { type, id, title, thread_id, models },
    position,
    snippet: snippetOf(headline),
    score,
    similarity,
    why,
  };
}
