import { expect } from 'vitest';
import { proposalsOf, started } from '../../test/contract/started-runs.js';
import type { World } from '../../test/contract/world.js';
import { ok } from '../../test/support/answers.js';
import { newTicket } from '../../test/workspace/new-items.js';

const vectors = ['embedding', 'signs', 'space_id'].map((column) => `chunk_vectors.${column}`);
const session = [
  'daily_sessions +',
  'daily_sessions.parts',
  'daily_sessions.scan',
  'daily_sessions.updated_at',
];
const verdicts = ['verdict', 'told', 'asked_by'].map((column) => `ticket_pairs.${column}`);

export default {
  asks: 'shape',
  writes: ['proposals +', ...session, ...verdicts],
  works_out: [...vectors, 'ticket_scans +', 'ticket_pairs +'],
  /** Writes the same ticket twice, as two people would report it. */
  async fill({ api, project_id, words }) {
    for (let reported = 0; reported < 2; reported += 1)
      await newTicket(api, project_id, { title: words.line, body: words.text(250_000) });
  },
  async ask({ api, project }, example) {
    return { run: started(ok(await api.post(`${project}/ticket-conflicts/scan`, example), 201)), ids: {} };
  },
  async seen(place, run) {
    const { scan } = ok(await place.api.get(`${place.project}/today`));
    expect(scan).toMatchObject({ run_id: run.id });
    const proposals = await proposalsOf(place, run, `${place.project}/inbox`);
    expect(proposals).toMatchObject([{ kind: 'ticket_relation', change: { relation: 'duplicate_of' } }]);
    expect(run.result.proposals).toEqual(proposals.map(({ id }) => id));
  },
} satisfies World;
