import type { DataSource } from 'typeorm';
import type { Principal } from './principal.js';
import { PROPOSAL_VISIBLE_TO, VISIBLE_TO } from './visible.sql.js';

const EVERYBODY = 'true';

/**
 * The tables of things with an address of their own, and who sees one: to anybody else it does not exist, archived or
 * not. A condition takes `t`, the thing, and `c`, the caller.
 */
const SEEN = {
  projects: EVERYBODY,
  docs: EVERYBODY,
  tickets: EVERYBODY,
  threads: EVERYBODY,
  epics: EVERYBODY,
  snapshots: EVERYBODY,
  memories: VISIBLE_TO('t.user_id', 'c.user_id'),
  proposals: PROPOSAL_VISIBLE_TO('t', 'c.user_id', 'c.administers'),
};
type Family = keyof typeof SEEN;

export function isFamily(name: string): name is Family {
  return Object.hasOwn(SEEN, name);
}

const ARCHIVED = (table: Family) => `
  WITH c AS (SELECT $1::uuid AS organisation_id, $2::uuid AS user_id, $3::boolean AS administers)
  SELECT p.name FROM c JOIN ${table} t ON t.organisation_id = c.organisation_id AND t.id = $4 AND ${SEEN[table]}
    JOIN projects p ON p.id = ${table === 'projects' ? 't.id' : 't.project_id'}
   WHERE p.archived_at IS NOT NULL`;

/** Returns the archived project of the thing; null if its project is open, or if the caller sees no such thing. */
export async function archivedProjectOf(
  db: DataSource,
  { organisation_id, user_id, role }: Principal,
  family: Family,
  id: string,
): Promise<{ name: string } | null> {
  const administers = role === 'owner' || role === 'admin';
  const parameters = [organisation_id, user_id, administers, id];
  const [archived]: { name: string }[] = await db.query(ARCHIVED(family), parameters);
  return archived ?? null;
}
