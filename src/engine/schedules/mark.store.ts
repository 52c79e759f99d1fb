import type { DataSource } from 'typeorm';

/** Changes that were noted by the triggers on whatever decides who follows which cadence. */
interface Marks {
  ids: string[];
  /** The organisations that they concern; one mark without an organisation concerns all. */
  organisations: string[] | 'all';
}

/** The next pass takes the rest of more marks. */
const AT_ONCE = 10_000;

export async function readMarks(db: DataSource): Promise<Marks> {
  const marks: { id: string; organisation_id: string | null }[] = await db.query(
    `SELECT id, organisation_id FROM schedule_changes ORDER BY id LIMIT $1`,
    [AT_ONCE],
  );
  const organisations = new Set<string>();
  for (const { organisation_id } of marks) if (organisation_id) organisations.add(organisation_id);
  return {
    ids: marks.map(({ id }) => id),
    organisations: marks.some(({ organisation_id }) => organisation_id === null) ? 'all' : [...organisations],
  };
}

/** Marks are forgotten one by one: a change that was committed in the meantime may have a lower number than these. */
export async function forgetMarks(db: DataSource, { ids }: Marks): Promise<void> {
  if (ids.length === 0) return;
  await db.query(`DELETE FROM schedule_changes WHERE id = ANY($1::bigint[])`, [ids]);
}
