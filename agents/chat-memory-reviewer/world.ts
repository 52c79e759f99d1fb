import { expect } from 'vitest';
import { proposalsOf, started } from '../../test/contract/started-runs.js';
import type { World } from '../../test/contract/world.js';
import { ok } from '../../test/support/answers.js';
import { newThread } from '../../test/workspace/new-items.js';

export default {
  asks: 'shape',
  writes: ['proposals +'],
  works_out: ['embedding', 'signs', 'space_id'].map((column) => `chunk_vectors.${column}`),
  async fill({ api, project, words }) {
    for (const mine of [true, false])
      ok(await api.post(`${project}/memories`, { body: words.line, mine }), 201);
  },
  async ask({ api, project_id, words }) {
    const { id } = await newThread(api, project_id, { title: words.line });
    const messages = [
      { role: 'user', body: words.text(60_000) },
      { role: 'assistant', body: words.line, metadata: { internal: false } },
    ];
    const saved = ok(await api.post(`/api/threads/${id}/turns`, { messages }), 201);
    return { run: started(saved), ids: { raw_event_id: saved.raw_event_id } };
  },
  async seen(place, run) {
    const diffs = await proposalsOf(place, run, `${place.project}/memory-diffs`);
    expect(diffs.map(({ id }) => id).sort()).toEqual(run.result.proposals.toSorted());
    expect(diffs.length).toBeGreaterThan(0);
  },
} satisfies World;
