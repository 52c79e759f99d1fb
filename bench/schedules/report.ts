import { reportSection } from '../harness/section.js';
import type { Ratio } from '../harness/stats.js';
import type { ScheduleFigures } from './measure.js';

/** The cost of one member's tick in the largest cadence, divided by the cost in the smallest. */
export function tickCost({ ticks }: ScheduleFigures): Ratio {
  const each = ticks.map(({ ms, members }) => ms / members);
  const value = each.at(-1)! / each[0]!;
  return { title: "a member's tick, most / fewest", target: '≤ 0.25', value, rounds: [value] };
}

/** Reports the cost of keeping schedules, and the work of their ticks. */
export function scheduleLines({ schedules }: { schedules: ScheduleFigures }): string[] {
  const { members, cadences, passes, ticks, lag } = schedules;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  return [
    ...reportSection(
      [
        `Reconciling ${members.toLocaleString('en')} members`,
        'ms',
        'statements',
        'Temporal calls',
        `  on ${cadences} cadences`,
      ],
      Object.entries(passes).map(([name, { ms, statements, calls }]) => [
        name,
        ms.toFixed(name === 'nothing to do' ? 1 : 0),
        String(statements),
        String(calls),
      ]),
    ),
    ...reportSection(
      ['A tick, by member', 'ms', 'statements', '  without the starts of its runs'],
      ticks.map((tick) => [
        `of ${tick.members.toLocaleString('en')}`,
        (tick.ms / tick.members).toFixed(2),
        (tick.statements / tick.members).toFixed(3),
      ]),
    ),
    ...reportSection(
      [`From a tick of ${lag.members.toLocaleString('en')}`, ''],
      [
        ['to its first run admitted', seconds(lag.first_admitted_ms)],
        ['to its last run admitted', seconds(lag.last_admitted_ms)],
        ['starts by the second', lag.starts_per_second.toFixed(0)],
      ],
    ),
  ];
}
