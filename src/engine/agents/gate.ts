import type { DataSource, EntityManager } from 'typeorm';
import { bindingsOf, type NamedBinding } from './binding.store.js';
import { type Decided, decide, type Place, pathAmong } from './effective.js';

/** Asks whether an agent may run in a place, and which binding says so. */
export async function askGate(
  db: DataSource | EntityManager,
  agent: string,
  scope: Place,
): Promise<Decided<NamedBinding>> {
  return decide(pathAmong(await bindingsOf(db, agent, scope.organisation_id), scope));
}

/** The sentence for the caller: scope, person and time. A server administrator stays unnamed to tenants. */
export function whyDisabled(agent: string, binding: NamedBinding): string {
  const who =
    binding.scope === 'server' ? "the server's administrators" : (binding.changed_by_email ?? 'somebody');
  return `${agent} is disabled for this ${binding.scope} by ${who} since ${binding.changed_at.toISOString()} (binding ${binding.id}).`;
}
