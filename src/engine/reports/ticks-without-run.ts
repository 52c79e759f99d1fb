import type { Listed, TicksWithoutRun } from '../../../workflows/contract/reports.js';
import type { Cadence } from '../../platform/db/entities/schedule.entity.js';
import { spanOf } from '../cadences/ticks.js';

/**
 * A stretch of ticks, from `first` to `last`, that several schedules of an agent share; some of them may have a run
 * after all.
 */
export interface Unanswered {
  agent: string;
  spec: Cadence;
  outcome: string;
  code: string;
  first: string;
  last: string;
  schedules: number;
  runs: number;
}

const MOST_LISTED = 20;

export function ticksWithoutRun(stretches: readonly Unanswered[]): Listed<TicksWithoutRun> {
  const groups = new Map<string, TicksWithoutRun>();
  let total = 0;
  for (const { agent, outcome, code, spec, first, last, schedules, runs } of stretches) {
    const ticks = spanOf(spec, new Date(Date.parse(first) - 1), new Date(last))?.ticks ?? 0;
    const count = Math.max(0, ticks * schedules - runs);
    const key = `${agent} ${outcome} ${code}`;
    const before = groups.get(key)?.count ?? 0;
    if (count > 0) groups.set(key, { agent, outcome, code, count: before + count });
    total += count;
  }
  const listed = [...groups.values()].sort((a, b) => b.count - a.count).slice(0, MOST_LISTED);
  return { total, listed };
}
