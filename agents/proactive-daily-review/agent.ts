import { z } from 'zod';
import { defineAgent } from '../../workflows/contract/agent.js';
import { dayOfRuns, dayOfRunsFrom } from '../kit/reports/day.js';
import { REPORT_AGENTS } from '../kit/reports/report-agents.js';
import { RULES } from '../kit/reports/rules.js';
import { unknownIds } from '../kit/reports/schemas.js';
import { suggested, whatBecame } from '../kit/suggested.js';
import contract, { reviewCounts, reviewWords } from './contract.js';

const input = z.strictObject({
  day: z.iso
    .date()
    .regex(/^20\d\d-/, 'must be in this century')
    .optional()
    .describe('The day to review, as the project’s clock shows it; without it, the day before'),
});

const output = z.object({
  active: z.boolean(),
  note: z.string().nullable().describe('Why there are no words of a review here'),
  ...reviewWords.shape,
  unknown_ids: unknownIds,
  ...dayOfRuns,
  workspace: reviewCounts,
  ...suggested,
  unseen: z.string().nullable().describe('Why nobody finds it in Today'),
});

export default defineAgent({
  key: 'proactive_daily_review',
  title: 'Daily review',
  purpose:
    'Reviews the day before for each member of a project, with what waits: tickets that are blocked or stale, and proposals; suggests what to do.',
  input,
  output,
  contract,
  needs_project: true,
  news: 'report',
  instructions: `You review a day of a project for one of its members: its background runs, tickets, docs and proposals, and what that person planned and wrote when checking in.
Say what went well, what needs that person's attention and why, and what could be done about it: the person's own tickets first, then what else is blocked or stale, then proposals that wait. Suggest only what the facts support; an empty list is a good answer.
Suggest a ticket's status or a comment only where the facts say what became of it, and never for a ticket that is assigned to somebody else.
Name tickets only by a key that is among the facts.
${RULES}`,
  model: 'reasoning',
  trigger: {
    schedule: { kind: 'cron', cron: '0 7 * * *' },
    audience: 'project_member',
    target: 'daily_session',
  },
  policy: {
    timeout_seconds: 900,
    priority: 5,
    retry: { max_attempts: 3, first_delay_ms: 10_000, backoff: 3, max_delay_ms: 120_000 },
  },
  example: {},

  async flow({ run, work, tools }, { day }) {
    const facts = await run.step('gather', () => tools.projectDay({ day: day ?? null }));
    const { ended: runs, ticks_without_run: ticks, since, until } = facts;
    const { as_of, counts, planned } = await run.step('look around', () =>
      work.gather('figures', { day: facts.day, since, until }),
    );
    const ran = runs.total > 0 || ticks.listed.some(({ agent }) => !REPORT_AGENTS.includes(agent));
    const active = ran || planned || Object.values(counts).some((one) => one > 0);
    const reply = active ? await run.step('review', () => work.ask('review', { facts })) : null;
    const review = { facts, active, as_of, counts };
    const delivered = await run.step('deliver', () => work.deliver('review', review, { reply }));
    const partly = {
      active,
      ...dayOfRunsFrom(facts),
      workspace: counts,
      ...whatBecame(delivered),
      unseen: delivered.outputs > 0 ? null : 'The run is for no person, and so no session was written.',
    };
    return { partly, kept: { delivery: 'review' } };
  },
});
