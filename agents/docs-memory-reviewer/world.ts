import { expect } from 'vitest';
import { proposalsOf, started } from '../../test/contract/started-runs.js';
import type { World } from '../../test/contract/world.js';
import { ok } from '../../test/support/answers.js';
import { newTicket } from '../../test/workspace/new-items.js';

const vectors = ['embedding', 'signs', 'space_id'].map((column) => `chunk_vectors.${column}`);

export default {
  asks: 'shape',
  writes: ['proposals +', 'docs.reviewed_revision'],
  works_out: [...vectors, 'links +', 'links.run_id', 'links.at'],
  async fill({ api, project, project_id, words }) {
    await newTicket(api, project_id, { title: words.line, body: words.text(250_000) });
    ok(await api.post(`${project}/memories`, { body: words.line }), 201);
  },
  async ask({ api, project, words }) {
    const body = `See TCK-1.\n\n${words.text(900_000)}`;
    const doc = ok(await api.post(`${project}/docs`, { title: words.line, body }), 201);
    return { run: started(doc), ids: { doc_id: doc.id } };
  },
  async seen(place, run) {
    const { api, project } = place;
    const { to } = ok(await api.get(`/api/docs/${run.input.doc_id}/links`));
    expect(to).toMatchObject([{ type: 'ticket', key: 'TCK-1' }]);
    const diffs = await proposalsOf(place, run, `${project}/memory-diffs`);
    expect(diffs.map(({ id }) => id).sort()).toEqual(run.result.proposals.toSorted());
    expect(run.result).toMatchObject({ revision: 1, references: 1 });
    expect(run.result.chunks).toBeGreaterThan(0);
  },
} satisfies World;
