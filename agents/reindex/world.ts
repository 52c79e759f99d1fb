import { expect } from 'vitest';
import { startRun } from '../../test/contract/started-runs.js';
import type { World } from '../../test/contract/world.js';
import { ok } from '../../test/support/answers.js';
import { newDoc, newTicket } from '../../test/workspace/new-items.js';

export default {
  asks: 'vectors',
  writes: ['chunk_vectors.embedding', 'chunk_vectors.signs', 'chunk_vectors.space_id'],
  async fill({ api, project_id, words }) {
    await newDoc(api, project_id, { title: words.line, body: words.text(20_000) });
    await newTicket(api, project_id, { title: words.line, body: words.text(20_000) });
  },
  ask: (place, example) => startRun(place, 'reindex', example),
  async seen({ api, project }) {
    const found = ok(await api.get(`${project}/search?q=the+terminal+is+broken`));
    expect(found).toMatchObject({ stale: 0, degraded: false });
  },
} satisfies World;
