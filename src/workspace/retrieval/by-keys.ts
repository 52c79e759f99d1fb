import type { DataSource } from 'typeorm';
import type { Within } from './nearest.store.js';
import { sourcesInOrder } from './source-types.js';

/** The chunks of what the query names by a key. */
export async function byKeys(db: DataSource, { project_id, type }: Within, q: string): Promise<string[]> {
  const searched = sourcesInOrder.filter((source) => type === null || source.type === type);
  const chunks = await Promise.all(searched.map((source) => source.chunksByKey?.(db, project_id, q) ?? []));
  return chunks.flat();
}
