import type { DataSource, EntityManager } from 'typeorm';
import type { VectorSpace } from '../../../workflows/contract/retrieval.js';
import { VISIBLE_TO } from '../../platform/auth/visible.sql.js';

const values = ({ requested_model, model, dimensions }: VectorSpace) => [requested_model, model, dimensions];

const FIND = `SELECT id FROM vector_spaces WHERE requested_model = $1 AND model = $2 AND dimensions = $3`;

/** Returns null if no vector was ever made in this space. */
export async function findSpace(db: DataSource | EntityManager, space: VectorSpace): Promise<number | null> {
  const [row]: { id: number }[] = await db.query(FIND, values(space));
  return row?.id ?? null;
}

export async function spaceFor(tx: EntityManager, space: VectorSpace): Promise<number> {
  const known = await findSpace(tx, space);
  if (known !== null) return known;
  await tx.query(
    `INSERT INTO vector_spaces (requested_model, model, dimensions) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
    values(space),
  );
  return (await findSpace(tx, space)) as number;
}

/** The space of vectors made now. Without an answer, only the requested model is known. */
export type CurrentSpace = VectorSpace | Pick<VectorSpace, 'requested_model'>;

const COUNT_STALE = `
  SELECT count(*)::int AS stale FROM chunk_vectors WHERE project_id = $1 AND ${VISIBLE_TO('user_id', '$2')}
     AND (space_id IS NULL OR space_id = ANY ($3::int[]))`;

/** Counts a project's chunks without a comparable vector by the index alone, so it costs nothing if all have one. */
export async function countStale(
  db: DataSource | EntityManager,
  { project_id, user_id }: { project_id: string; user_id: string | null },
  current: CurrentSpace,
): Promise<number> {
  const { requested_model, model, dimensions }: Partial<VectorSpace> = current;
  const others: { id: number }[] = await db.query(
    `SELECT id FROM vector_spaces WHERE requested_model <> $1 OR model <> $2::text OR dimensions <> $3::int`,
    [requested_model, model ?? null, dimensions ?? null],
  );
  const [row]: { stale: number }[] = await db.query(COUNT_STALE, [
    project_id,
    user_id,
    others.map(({ id }) => id),
  ]);
  return row?.stale ?? 0;
}
