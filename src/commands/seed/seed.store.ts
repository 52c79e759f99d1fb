import { type DataSource, type EntityManager, IsNull } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { ApiKey, Organisation } from '../../platform/db/entities/tenancy.entity.js';

export async function hasOrganisations(tx: EntityManager): Promise<boolean> {
  return tx.getRepository(Organisation).exists();
}

export async function hasKey(
  tx: EntityManager,
  { organisation_id, user_id }: { organisation_id: string; user_id: string },
): Promise<boolean> {
  return tx.getRepository(ApiKey).existsBy({ organisation_id, user_id, revoked_at: IsNull() });
}

const KEEP_PROJECT = `
  INSERT INTO projects (id, organisation_id, name) VALUES ($1, $2, $3)
  ON CONFLICT (organisation_id, name) DO UPDATE SET name = excluded.name RETURNING id, xmax = 0 AS made`;

/** Returns the project of this name; makes one if there is none. */
export async function keepProject(
  tx: EntityManager,
  organisation_id: string,
  name: string,
): Promise<{ id: string; made: boolean }> {
  const parameters = [uuidv7(), organisation_id, name];
  const [project]: [{ id: string; made: boolean }] = await tx.query(KEEP_PROJECT, parameters);
  return project;
}

const WHO_IS_THERE = `
  SELECT NOT EXISTS (SELECT FROM organisations) AS empty,
         EXISTS (SELECT FROM organisations o JOIN memberships m ON m.organisation_id = o.id JOIN users u ON u.id = m.user_id
                  WHERE lower(o.name) = lower($1) AND m.role = 'owner' AND lower(u.email) = lower($2)) AS named`;

/** Says whether there is no organisation at all, and whether one of this name has this owner. */
export async function whoIsThere(
  db: DataSource,
  organisation: string,
  email: string,
): Promise<{ empty: boolean; named: boolean }> {
  const [existing]: [{ empty: boolean; named: boolean }] = await db.query(WHO_IS_THERE, [
    organisation,
    email,
  ]);
  return existing;
}

/** The person and organisation of an earlier start, by id, because names change. */
export interface Earlier {
  organisation_id: string;
  project_id: string;
  user_id: string;
}

const FIND_EARLIER = `
  SELECT m.organisation_id, m.user_id, p.id AS project_id
    FROM memberships m JOIN projects p ON p.organisation_id = m.organisation_id
   WHERE m.organisation_id = $1 AND m.user_id = $3
   ORDER BY p.id = $2 DESC, p.archived_at IS NOT NULL, p.id LIMIT 1`;

/** Finds them with the project that was made then, or the oldest one in use. */
export async function findEarlier(
  db: DataSource,
  { organisation_id, project_id, user_id }: Earlier,
): Promise<Earlier | null> {
  const [row]: Earlier[] = await db.query(FIND_EARLIER, [organisation_id, project_id, user_id]);
  return row ?? null;
}

const FIND_OWNER = `
  SELECT o.id AS organisation_id, (SELECT m.user_id FROM memberships m JOIN users u ON u.id = m.user_id
           WHERE m.organisation_id = o.id AND m.role = 'owner' AND lower(u.email) = lower($2)) AS user_id
    FROM organisations o WHERE lower(o.name) = lower($1)`;

/** Returns null if no organisation has the name; `user_id` is null if nobody of that address owns it. */
export async function findOwner(
  tx: EntityManager,
  organisation: string,
  email: string,
): Promise<{ organisation_id: string; user_id: string | null } | null> {
  const [owner]: { organisation_id: string; user_id: string | null }[] = await tx.query(FIND_OWNER, [
    organisation,
    email,
  ]);
  return owner ?? null;
}
