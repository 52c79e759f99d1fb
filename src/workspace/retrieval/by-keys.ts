import type { DataSource } from 'typeorm';
import type { Within } from './nearest.store.js';
import { sourcesInOrder } from './source-types.js';

/** Returns the chunks of items that the query names by their keys. */
export async function byKeys(db: DataSource, { project_id, type }: Within, q: string): Promise<string[]> {
  const searched = sourcesInOrder.filter((source) => type === null || source.type === type);
  const chunks = await Promise.all(searched.map((source) => source.chunksByKey?.(db, project_id, q) ?? []));
  return chunks.flat();
}
