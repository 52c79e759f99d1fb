import { expect } from 'vitest';
import { proposalsOf, started } from '../../test/contract/started-runs.js';
import type { World } from '../../test/contract/world.js';
import { ok } from '../../test/support/answers.js';
import { newTicket } from '../../test/workspace/new-items.js';

export default {
  asks: 'shape',
  writes: ['proposals +', 'checkins.coaching', 'checkins.run_id', 'checkins.models'],
  async fill({ api, project, project_id, words }) {
    await newTicket(api, project_id, { title: words.line, body: words.text(250_000) });
    ok(await api.post(`${project}/memories`, { body: words.text(9000), mine: true }), 201);
    ok(await api.send('PUT', `${project}/today/plan`, { plan: words.text(20_000) }));
  },
  async ask({ api, project, words }) {
    const saved = ok(await api.post(`${project}/checkins`, { body: `TCK-1: ${words.text(60_000)}` }), 201);
    return { run: started(saved), ids: { checkin_id: saved.id } };
  },
  async seen(place, run) {
    const { checkins } = ok(await place.api.get(`${place.project}/checkins?limit=1`));
    expect(checkins).toMatchObject([
      { id: run.input.checkin_id, run_id: run.id, coaching: expect.stringMatching(/\S/) },
    ]);
    const proposals = await proposalsOf(place, run, `${place.project}/inbox`);
    expect(proposals).toHaveLength(run.result.proposed);
  },
} satisfies World;
