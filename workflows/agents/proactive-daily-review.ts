import { z } from 'zod';
import { defineAgent } from '../contract/agent.js';
import { REPORTS } from '../contract/reports.js';
import { dayOfRuns, dayOfRunsFrom } from '../reports/day.js';
import { KnownRuns } from '../reports/known-runs.js';
import { RULES } from '../reports/rules.js';
import { unknownIds } from '../reports/schemas.js';
import { suggested, whatBecame } from '../work/schemas.js';
import {
  heldAnswer,
  isPersonal,
  NOTHING_SAID,
  type ReviewAnswer,
  type ReviewedWorkspace,
  reviewAnswer,
  reviewCounts,
  reviewWords,
  type Suggesting,
  toldOf,
  wordsOf,
} from '../workspace/review.js';
import { reviewPage } from '../workspace/review-page.js';

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

const format = { name: 'daily_review', schema: z.toJSONSchema(reviewAnswer), strict: true };

export default defineAgent({
  key: 'proactive_daily_review',
  title: 'Daily review',
  purpose:
    'Reviews the day before for each member of a project, with what waits: tickets that are blocked or stale, and proposals; suggests what to do.',
  input,
  output,
  needs_project: true,
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

  async flow(run, { day }) {
    const facts = await run.step('gather', () => run.projectDay(day ?? null));
    const { ended: runs, failures, durations, ticks_without_run: ticks, since, until } = facts;
    const when = { day: facts.day, since, until };
    const workspace = await run.step('look around', () => run.gather<ReviewedWorkspace>('workspace', when));
    const { counts, tickets, as_of } = workspace;
    const ran = runs.total > 0 || ticks.listed.some(({ agent }) => !REPORTS.includes(agent));
    const active = ran || workspace.plan !== null || Object.values(counts).some((one) => one > 0);
    const told = JSON.stringify({ ...facts, failures: failures.listed, workspace: toldOf(workspace) });
    const told_runs = [...failures.listed, ...(durations ? [durations.longest] : [])];
    const known = new KnownRuns(told_runs, told);
    let said = NOTHING_SAID;
    let model: string | null = null;
    if (active) {
      const request = { key: 'review', input: told, format };
      const answered = await run.step('review', () => run.respond(request));
      said = heldAnswer(answered.output as ReviewAnswer, known);
      model = answered.model;
    }
    const quiet = active ? null : `Nothing happened on ${facts.day}, and nothing waits.`;
    const hidden = isPersonal(workspace) ? PERSONAL : null;
    const shown = { note: quiet ?? hidden, words: wordsOf(hidden ? NOTHING_SAID : said) };
    await run.writeFiles([reviewPage(facts, workspace, { ...shown, model: hidden ? null : model })]);
    const review = { active, note: quiet, ...when, as_of, ...wordsOf(said), counts };
    const { suggestions, ticket_actions } = said;
    const run_ids = told_runs.map(({ run_id }) => run_id);
    const suggesting: Suggesting = { suggestions, ticket_actions, tickets, run_ids };
    const delivered = await run.step('deliver', () => run.deliver('review', { review, suggesting }));
    return {
      active,
      note: shown.note,
      ...shown.words,
      unknown_ids: known.unknown_ids,
      ...dayOfRunsFrom(facts),
      workspace: counts,
      ...whatBecame(delivered),
      unseen:
        delivered.outputs.length > 0 ? null : 'The run is for no person, and so no session was written.',
    };
  },
});

const PERSONAL = 'It speaks of what its person planned and wrote, and so its words stand in Today alone.';
