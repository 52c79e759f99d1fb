import type { DataSource, EntityManager } from 'typeorm';
import { type Binding, type Decided, decide, type Place, pathAmong } from './effective.js';

export interface NamedBinding extends Binding {
  version: number;
  changed_by_email: string | null;
}

const COLUMNS = `b.id, b.agent, b.scope, b.organisation_id, b.project_id, b.user_id, b.enabled, b.schedule, b.settings,
  b.version, b.changed_by, b.changed_at, u.email AS changed_by_email`;

/** Asks whether an agent may run in a place, and which binding says so. */
export async function askGate(
  db: DataSource | EntityManager,
  agent: string,
  place: Place,
): Promise<Decided<NamedBinding>> {
  return decide(pathAmong(await bindingsOf(db, agent, place.organisation_id), place));
}

const BINDINGS_OF = `
  SELECT ${COLUMNS} FROM bindings b LEFT JOIN users u ON u.id = b.changed_by
   WHERE ($1::text IS NULL OR b.agent = $1) AND (b.organisation_id = $2 OR b.scope = 'server')
   ORDER BY b.agent, b.id`;

/** Bindings that an organisation lives under: its own, and the server’s. */
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

/** The bindings that disable any of these agents, of all organisations. */
export async function disablingBindings(
  db: DataSource | EntityManager,
  agents: readonly string[],
): Promise<NamedBinding[]> {
  return db.query(DISABLING_BINDINGS, [agents]);
}

/** What a person is told: which scope, who, when. A server’s administrator stays unnamed to its tenants. */
export function whyDisabled(agent: string, binding: NamedBinding): string {
  const who =
    binding.scope === 'server' ? 'the server’s administrators' : (binding.changed_by_email ?? 'somebody');
  return `${agent} is disabled for this ${binding.scope} by ${who} since ${binding.changed_at.toISOString()} (binding ${binding.id}).`;
}
