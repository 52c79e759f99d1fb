import { expect } from 'vitest';
import { proposalsOf, started } from '../../test/contract/started-runs.js';
import type { World } from '../../test/contract/world.js';
import { ok } from '../../test/support/answers.js';
import { newDoc, newTicket } from '../../test/workspace/new-items.js';

const drafted = ['status', 'title', 'body', 'numbers', 'version', 'run_id', 'models'];

export default {
  asks: 'shape',
  writes: ['proposals +', ...drafted.map((column) => `snapshots.${column}`)],
  async fill({ api, project_id, words }) {
    await newTicket(api, project_id, { title: words.line, body: words.text(250_000), status: 'blocked' });
    await newDoc(api, project_id, { title: words.line, body: words.text(1_000_000) });
  },
  async ask({ api, project }) {
    const to_day = new Date().toISOString().slice(0, 10);
    const made = ok(await api.post(`${project}/snapshots`, { from_day: '2026-01-01', to_day }), 201);
    return { run: started(made), ids: { snapshot_id: made.id } };
  },
  async seen(place, run) {
    const snapshot = ok(await place.api.get(`/api/snapshots/${run.input.snapshot_id}`));
    expect(snapshot).toMatchObject({ status: 'draft', run_id: run.id, numbers: { tickets: { opened: 1 } } });
    const proposals = await proposalsOf(place, run, `${place.project}/inbox`);
    expect(proposals).toMatchObject([{ kind: 'snapshot', target: { id: snapshot.id } }]);
  },
} satisfies World;
