import { z } from 'zod';
import { defineAgent } from '../../workflows/contract/agent.js';
import { RULES } from '../kit/reports/rules.js';
import { countSchema, ended, failedRuns, points, unknownIds } from '../kit/reports/schemas.js';
import contract, { workspaceCounts } from './contract.js';

const input = z.strictObject({
  since: z.iso
    .datetime({ offset: true })
    .refine((at) => Date.parse(at) > 0, 'must be after 1970')
    .transform((at) => new Date(at).toISOString())
    .optional()
    .describe('Tells of what changed since then, 31 days at most; without it, since the pulse before'),
});

const output = z.object({
  changed: z.boolean(),
  note: z.string().nullable().describe('Why there is no headline'),
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  position: z.string().describe('Where the next pulse goes on'),
  headline: z.string().nullable(),
  points,
  unknown_ids: unknownIds,
  ended,
  runs_ended: countSchema,
  failures: countSchema,
  failed_runs: failedRuns,
  schedules_failing: countSchema,
  schedules_recovered: countSchema,
  waiting_long: countSchema.describe('Runs that had waited for 15 minutes since the pulse before'),
  workspace: workspaceCounts,
  unseen: z.string().nullable().describe('Why nobody finds it in Today'),
});

export default defineAgent({
  key: 'operating_pulse',
  title: 'Operating pulse',
  purpose:
    'Tells each member of a project what changed in its runs, schedules and workspace since the pulse before.',
  input,
  output,
  contract,
  needs_project: true,
  news: 'report',
  instructions: `You write the pulse of a project: what its members should know of what changed in its background runs, tickets, docs and threads since the last pulse.
Name failures first, then schedules that fail, then runs that wait, then tickets that are blocked. Leave out what went as it should when something did not.
${RULES}`,
  model: 'fast',
  trigger: { schedule: { kind: 'interval' }, audience: 'project_member', target: 'daily_session' },
  policy: {
    timeout_seconds: 300,
    priority: 1,
    retry: { max_attempts: 2, first_delay_ms: 5000, backoff: 2, max_delay_ms: 30_000 },
  },
  example: {},

  async flow({ run, work, tools }, { since }) {
    const changes = await run.step('gather', () => tools.projectChanges({ since: since ?? null }));
    const { until, position, failures, schedules, waiting } = changes;
    const counts = await run.step('look around', () =>
      work.gather('counts', { since: changes.since, until }),
    );
    const active = Object.values(counts).some((one) => one > 0);
    const changed = active || changes.ended.total + schedules.total + waiting.total > 0;
    const reply = changed ? await run.step('sum up', () => work.ask('pulse', { changes })) : null;
    const pulse = { changes, counts, changed };
    const { outputs } = await run.step('deliver', () => work.deliver('pulse', pulse, { reply }));
    const partly = {
      changed,
      note: changed ? null : `Nothing changed since ${changes.since}.`,
      since: changes.since,
      until,
      position,
      ended: changes.ended.listed,
      runs_ended: changes.ended.total,
      failures: failures.total,
      failed_runs: failures.listed,
      schedules_failing: schedules.failing,
      schedules_recovered: schedules.recovered,
      waiting_long: waiting.total,
      workspace: counts,
      unseen: outputs > 0 ? null : 'The run is for no person, and so no session was written.',
    };
    return { partly, kept: { delivery: 'pulse' } };
  },
});
