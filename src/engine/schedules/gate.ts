import type { DataSource, EntityManager } from 'typeorm';
import { disablingBindings } from '../agents/binding.store.js';
import { decide, groupBindings, type Place } from '../agents/effective.js';
import { whyDisabled } from '../agents/gate.js';
import type { Refusal } from './decide-tick.js';

/** Asks the gate for many places at once: answers with what each tick there is refused by. */
export async function gateFor(
  db: DataSource | EntityManager,
  members: readonly { agent: string }[],
): Promise<(member: Place & { agent: string }) => Refusal | null> {
  const agents = [...new Set(members.map(({ agent }) => agent))];
  const { pathOf } = groupBindings(await disablingBindings(db, agents));
  return (member) => {
    const { enabled, decided_by } = decide(pathOf(member.agent, member));
    if (enabled || !decided_by) return null;
    const { id, scope } = decided_by;
    const message = whyDisabled(member.agent, decided_by);
    return { outcome: 'gated', reason: { code: 'agent_disabled', message, binding_id: id, scope } };
  };
}
