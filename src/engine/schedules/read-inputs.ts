import type { DataSource } from 'typeorm';
import type { Cadence } from '../../platform/db/entities/schedule.entity.js';
import { nextTick } from '../cadences/ticks.js';
import type { Admission } from '../runs/admission.js';
import type { MemberOfTick } from './decide-tick.js';
import { scheduledRequest } from './scheduled-request.js';

/** Half of the time to the next tick, so that this one does not hold it up, and no longer than `most_ms`. */
export function readingTimeOf(
  { spec, firing_at }: { spec: Cadence; firing_at: Date },
  most_ms: number,
): number {
  const next = nextTick(spec, firing_at);
  return next ? Math.min(most_ms, (next.getTime() - firing_at.getTime()) / 2) : most_ms;
}

/**
 * Checks no input against the versions of these members, until the signal is aborted. The members of each organisation
 * are checked one after the other, so that they neither fill its line at the schema thread nor keep its schemas in
 * memory. It yields whenever those of some organisation are known, so that nobody waits for another's schemas. Results
 * serve later ticks, too. A failed check leaves its result unknown, which the ledger says of the tick.
 */
export async function* readInputs(
  db: DataSource,
  admission: Admission,
  members: readonly MemberOfTick[],
  signal: AbortSignal,
): AsyncGenerator<void> {
  const now = new Date();
  const read = async (line: Map<string, MemberOfTick>) => {
    for (const member of line.values()) {
      if (signal.aborted) return;
      await admission.read(db, scheduledRequest(member, now), signal).catch(() => undefined);
    }
  };
  let known = 0;
  let wake = () => {};
  const lines = linesOf(members);
  for (const line of lines)
    void read(line).then(() => {
      known += 1;
      wake();
    });
  for (let yielded = 0; yielded < lines.length; ) {
    if (known === yielded)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    yielded = known;
    yield;
  }
}

/** Returns one member for each agent of each organisation. */
function linesOf(members: readonly MemberOfTick[]): Map<string, MemberOfTick>[] {
  const lines = new Map<string, Map<string, MemberOfTick>>();
  for (const member of members) {
    const { organisation_id, agent } = member;
    const line = lines.get(organisation_id) ?? new Map<string, MemberOfTick>();
    lines.set(organisation_id, line.set(agent, member));
  }
  return [...lines.values()];
}
