import type { DataSource, EntityManager } from 'typeorm';
import { BindingRow, type Scope } from '../../platform/db/entities/binding.entity.js';
import type { Binding } from './effective.js';

export interface NamedBinding extends Binding {
  version: number;
  changed_by_email: string | null;
}

/** Takes `b`, the binding, and `u`, the user who changed it last. */
const COLUMNS = `b.id, b.agent, b.scope, b.organisation_id, b.project_id, b.user_id, b.enabled, b.schedule, b.settings,
  b.version, b.changed_by, b.changed_at, u.email AS changed_by_email`;

const BINDINGS_OF = `
  SELECT ${COLUMNS} FROM bindings b LEFT JOIN users u ON u.id = b.changed_by
   WHERE ($1::text IS NULL OR b.agent = $1) AND (b.organisation_id = $2 OR b.scope = 'server')
   ORDER BY b.agent, b.id`;

/** Returns the bindings that apply to an organisation: its own and the server's. */
export async function bindingsOf(
  db: DataSource | EntityManager,
  agent: string | null,
  organisation_id: string,
): Promise<NamedBinding[]> {
  return db.query(BINDINGS_OF, [agent, organisation_id]);
}

const DISABLING_BINDINGS = `
  SELECT ${COLUMNS} FROM bindings b LEFT JOIN users u ON u.id = b.changed_by
   WHERE b.agent = ANY($1) AND b.enabled = false`;

/** Returns the bindings of all organisations that disable any of these agents. */
export async function disablingBindings(
  db: DataSource | EntityManager,
  agents: readonly string[],
): Promise<NamedBinding[]> {
  return db.query(DISABLING_BINDINGS, [agents]);
}

const SCHEDULING_BINDINGS = `
  SELECT id, agent, scope, organisation_id, project_id, user_id, enabled, schedule, settings, changed_by, changed_at
    FROM bindings WHERE schedule IS NOT NULL AND (organisation_id IS NULL OR organisation_id = ANY($1))
     AND (project_id IS NULL OR project_id = ANY($2))`;

/** Returns the bindings of the server and of these organisations and projects that set a schedule. */
export function schedulingBindings(
  tx: EntityManager,
  organisations: readonly string[],
  projects: readonly string[],
): Promise<Binding[]> {
  return tx.query(SCHEDULING_BINDINGS, [organisations, projects]);
}

const KEEP_BINDING = `
  INSERT INTO bindings (id, agent, scope, organisation_id, project_id, user_id, enabled, schedule, settings, changed_by)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::jsonb, $10)
  ON CONFLICT (id) DO UPDATE SET enabled = excluded.enabled, schedule = excluded.schedule,
    settings = excluded.settings, version = bindings.version + 1, changed_by = excluded.changed_by, changed_at = now()`;

/** Makes the binding, or changes an existing one. */
export async function keepBinding(
  tx: EntityManager,
  binding: Omit<BindingRow, 'version' | 'changed_at'>,
): Promise<void> {
  const { id, agent, scope, organisation_id, project_id, user_id, enabled, changed_by } = binding;
  const schedule = binding.schedule && JSON.stringify(binding.schedule);
  const settings = JSON.stringify(binding.settings);
  const values: [Scope, ...(string | null)[]] = [scope, organisation_id, project_id, user_id];
  await tx.query(KEEP_BINDING, [id, agent, ...values, enabled, schedule, settings, changed_by]);
}

export async function deleteBinding(tx: EntityManager, id: string): Promise<void> {
  await tx.getRepository(BindingRow).delete({ id });
}

export async function deleteBindingsOf(
  tx: EntityManager,
  agent: string,
  organisation_id: string,
): Promise<void> {
  await tx.getRepository(BindingRow).delete({ agent, organisation_id });
}

const SCOPE_EXISTS = `
  SELECT $2::uuid IS NULL OR EXISTS (SELECT FROM projects WHERE organisation_id = $1 AND id = $2) AS project,
         $3::uuid IS NULL OR EXISTS (SELECT FROM memberships WHERE organisation_id = $1 AND user_id = $3) AS user`;

interface ScopedPlace {
  organisation_id: string;
  project_id: string | null;
  user_id: string | null;
}

/** Checks that the project and the person, as far as they are named, belong to the organisation. */
export async function scopeExists(
  db: DataSource | EntityManager,
  { organisation_id, project_id, user_id }: ScopedPlace,
): Promise<{ project: boolean; user: boolean }> {
  const [exists]: [{ project: boolean; user: boolean }] = await db.query(SCOPE_EXISTS, [
    organisation_id,
    project_id,
    user_id,
  ]);
  return exists;
}
