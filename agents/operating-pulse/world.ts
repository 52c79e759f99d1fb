import { expect } from 'vitest';
import { startRun } from '../../test/contract/started-runs.js';
import type { World } from '../../test/contract/world.js';
import { ok } from '../../test/support/answers.js';
import { newDoc, newTicket } from '../../test/workspace/new-items.js';

export default {
  asks: 'shape',
  writes: ['daily_sessions +', 'daily_sessions.parts', 'daily_sessions.pulse', 'daily_sessions.updated_at'],
  async fill({ api, project_id, words }) {
    await newTicket(api, project_id, { title: words.line, body: words.text(250_000), status: 'blocked' });
    await newDoc(api, project_id, { title: words.line, body: words.text(1_000_000) });
  },
  ask: (place, example) => startRun(place, 'operating_pulse', example),
  async seen({ api, project }, run) {
    const { pulse } = ok(await api.get(`${project}/today`));
    expect(pulse).toMatchObject({ run_id: run.id, changed: true, headline: run.result.headline });
  },
} satisfies World;
