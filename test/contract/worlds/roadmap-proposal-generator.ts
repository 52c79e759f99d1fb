import { expect } from 'vitest';
import { ok } from '../../agents/answers.js';
import { newDoc, newTicket } from '../../workspace/things.js';
import { proposalsOf, started } from '../asking.js';
import type { World } from '../world.js';

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
