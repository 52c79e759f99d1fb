import type { DataSource } from 'typeorm';

const CHUNKS_BY_NUMBER = `
  SELECT c.id FROM tickets t JOIN chunks c ON c.source_type = 'ticket' AND c.source_id = t.id AND c.position = 0
   WHERE t.project_id = $1 AND t.number = ANY ($2::int[]) ORDER BY array_position($2::int[], t.number)`;

/** Returns the first chunks of the tickets that a query names by their key, in that order. */
export async function chunksByKey(db: DataSource, project_id: string, query: string): Promise<string[]> {
  const numbers = [...query.matchAll(/\btck-(\d{1,9})\b/gi)].map(([, number]) => Number(number));
  if (numbers.length === 0) return [];
  const chunks: { id: string }[] = await db.query(CHUNKS_BY_NUMBER, [project_id, numbers]);
  return chunks.map(({ id }) => id);
}
