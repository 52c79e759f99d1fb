import { expect } from 'vitest';
import { proposalsOf, startRun } from '../../test/contract/started-runs.js';
import type { World } from '../../test/contract/world.js';
import { runRow } from '../../test/engine/reports/rows.js';
import { ok } from '../../test/support/answers.js';
import { newTicket } from '../../test/workspace/new-items.js';

const DAY = 24 * 60 * 60_000;

export default {
  asks: 'shape',
  writes: [
    'daily_sessions +',
    'daily_sessions.parts',
    'daily_sessions.review',
    'daily_sessions.updated_at',
    'proposals +',
  ],
  /** The day before: no request could make it, so the run is written as the product would have. */
  async fill({ stack, api, organisation_id, project_id, user_id, words }) {
    await newTicket(api, project_id, { title: words.line, body: words.text(250_000), status: 'blocked' });
    await runRow(stack, {
      organisation_id,
      project_id,
      user_id,
      status: 'failed',
      error: { code: 'step_failed', message: words.text(10_000), retryable: true, step: null, attempt: 1 },
      finished_at: new Date(Date.now() - DAY).toISOString(),
    });
  },
  ask: (place, example) => startRun(place, 'proactive_daily_review', example),
  async seen(place, { id, result }) {
    const { api, project } = place;
    const { review } = ok(await api.get(`${project}/today`));
    expect(review).toMatchObject({ run_id: id, day: result.day, models: ['offline model'] });
    const proposals = await proposalsOf(place, { id }, `${project}/inbox`);
    expect(proposals.map((one) => one.id).sort()).toEqual(result.proposals.toSorted());
    expect(result).toMatchObject({ active: true, failures: 1 });
    expect(ok(await api.get(`/api/agent-runs/${id}/workspace/output.md`))).toContain(
      `Review of ${result.day}`,
    );
  },
} satisfies World;
