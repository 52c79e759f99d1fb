import { expect } from 'vitest';
import { ok } from '../../agents/answers.js';
import { runRow } from '../../reports/rows.js';
import { asked } from '../asking.js';
import type { World } from '../world.js';

const DAY = 24 * 60 * 60_000;

export default {
  asks: 'shape',
  writes: [],
  /** The day before: no request could make it, so the run is written as the product would have. */
  async fill({ stack, organisation_id, project_id, user_id, words }) {
    await runRow(stack, {
      organisation_id,
      project_id,
      user_id,
      status: 'failed',
      error: { code: 'step_failed', message: words.text(10_000), retryable: true, step: null, attempt: 1 },
      finished_at: new Date(Date.now() - DAY).toISOString(),
    });
  },
  ask: (place, example) => asked(place, 'proactive_daily_review', example),
  async seen({ api }, { id, result }) {
    expect(result).toMatchObject({ active: true, failures: 1 });
    expect(ok(await api.get(`/api/agent-runs/${id}/workspace/output.md`))).toContain(
      `Review of ${result.day}`,
    );
  },
} satisfies World;
