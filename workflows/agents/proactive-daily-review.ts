import { z } from 'zod';
import { defineAgent } from '../contract/agent.js';
import { REPORTS } from '../contract/reports.js';
import { KnownRuns } from '../reports/known-runs.js';
import { dayFigures, page, plain, pointLine, section } from '../reports/page.js';
import { RULES } from '../reports/rules.js';
import { count, ended, failedRuns, points, unknownIds, usage } from '../reports/schemas.js';

const input = z.strictObject({
  day: z.iso
    .date()
    .regex(/^20\d\d-/, 'must be in this century')
    .optional()
    .describe('The day to review, as the project’s clock shows it; without it, the day before'),
});

const sentences = z.array(z.string()).max(5);
const answer = z.strictObject({
  summary: z.string().describe('The day in two or three sentences'),
  went_well: sentences.describe('What went well, one sentence each'),
  needs_attention: points.describe('What a person should look at, each with the run_id of its runs'),
  suggestions: sentences.describe('What could be done about it, one sentence each'),
});
type Answer = z.output<typeof answer>;

const output = z.object({
  active: z.boolean(),
  note: z.string().nullable().describe('Why there is no review'),
  day: z.iso.date(),
  time_zone: z.string(),
  since: z.iso.datetime(),
  until: z.iso.datetime(),
  ...answer.extend({ summary: z.string().nullable() }).shape,
  unknown_ids: unknownIds,
  ended,
  runs_ended: count,
  failures: count,
  failed_runs: failedRuns,
  median_ms: count.nullable(),
  longest: z.object({ run_id: z.string(), agent: z.string(), ms: count }).nullable(),
  ticks_without_run: z.array(z.object({ agent: z.string(), outcome: z.string(), code: z.string(), count })),
  usage,
});

const format = { name: 'daily_review', schema: z.toJSONSchema(answer), strict: true };

export default defineAgent({
  key: 'proactive_daily_review',
  title: 'Daily review',
  purpose: 'Reviews the day before for each member of a project: its runs, failures, missing ticks and cost.',
  input,
  output,
  needs_project: true,
  instructions: `You review a day of a project's background runs for one of its members.
Say what went well, what needs a person's attention and why, and what could be done about it. Suggest only what the facts support; an empty list is a good answer.
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
    const { ended: runs, failures, durations, ticks_without_run: ticks, usage: spent, ...when } = facts;
    const active = runs.total > 0 || ticks.listed.some(({ agent }) => !REPORTS.includes(agent));
    const longest = durations?.longest ?? null;
    const known = new KnownRuns([...failures.listed, ...(longest ? [longest] : [])]);
    let review: Omit<Answer, 'summary'> & { summary: string | null } = NOTHING;
    if (active) {
      const request = {
        key: 'review',
        input: JSON.stringify({ ...facts, failures: failures.listed }),
        format,
      };
      const said = (await run.step('review', () => run.respond(request))).output as Answer;
      review = {
        summary: known.line(said.summary),
        went_well: said.went_well.map((line) => known.line(line)),
        needs_attention: known.points(said.needs_attention),
        suggestions: said.suggestions.map((line) => known.line(line)),
      };
    }
    const note = active ? null : `Nothing ran on ${when.day}.`;
    await run.writeFiles([
      page(`Review of ${when.day}`, [
        `${when.since} to ${when.until} (${when.time_zone})`,
        note ?? plain(review.summary ?? ''),
        section('What went well', review.went_well.map(plain)),
        section('What needs attention', review.needs_attention.map(pointLine)),
        section('Suggestions', review.suggestions.map(plain)),
        section('Figures', active ? dayFigures(facts) : []),
      ]),
    ]);
    return {
      active,
      note,
      ...when,
      ...review,
      unknown_ids: known.unknown_ids,
      runs_ended: runs.total,
      ended: runs.listed,
      failures: failures.total,
      failed_runs: failures.listed,
      median_ms: durations?.median_ms ?? null,
      longest,
      ticks_without_run: ticks.listed,
      usage: spent,
    };
  },
});

const NOTHING = { summary: null, went_well: [], needs_attention: [], suggestions: [] };
