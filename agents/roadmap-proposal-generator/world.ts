import { expect } from 'vitest';
import { proposalsOf, started } from '../../test/contract/started-runs.js';
import type { World } from '../../test/contract/world.js';
import { ok } from '../../test/support/answers.js';
import { newDoc, newTicket } from '../../test/workspace/new-items.js';

export default {
  asks: 'shape',
  writes: ['proposals +'],
  async fill({ api, project_id, words }) {
    await newTicket(api, project_id, { title: words.line, body: words.text(250_000) });
    await newDoc(api, project_id, { title: words.line, body: words.text(1_000_000) });
  },
  async ask({ api, project }, example) {
    return { run: started(ok(await api.post(`${project}/roadmap/generate`, example), 201)), ids: {} };
  },
  async seen(place, run) {
    const proposals = await proposalsOf(place, run, `${place.project}/inbox`);
    expect(proposals.map(({ id }) => id).sort()).toEqual(run.result.proposals.toSorted());
    expect(proposals.map(({ kind }) => kind)).toContain('roadmap_summary');
  },
} satisfies World;
