import type { DataSource } from 'typeorm';

const READABLE_RUNS = `
  SELECT id FROM agent_runs
   WHERE id = ANY ($1::uuid[]) AND organisation_id = $2 AND (user_id = $3 OR (user_id IS NULL AND $4))`;

interface Reader {
  organisation_id: string;
  user_id: string;
  administers: boolean;
}

/**
 * Returns the runs that the reader may read: the reader's own, and for an administrator also those without a person.
 */
export async function readableRuns(
  db: DataSource,
  { organisation_id, user_id, administers }: Reader,
  ids: string[],
): Promise<string[]> {
  const rows: { id: string }[] = await db.query(READABLE_RUNS, [ids, organisation_id, user_id, administers]);
  return rows.map(({ id }) => id);
}
