import { expect } from 'vitest';
import { startRun } from '../../test/contract/started-runs.js';
import type { World } from '../../test/contract/world.js';
import { ok } from '../../test/support/answers.js';

export default {
  asks: 'text',
  writes: [],
  fill: async () => undefined,
  ask: (place, example) => startRun(place, 'self_check', example),
  async seen({ api }, { id, result }) {
    const answers: string = ok(await api.get(`/api/agent-runs/${id}/workspace/notes/answers.md`));
    for (const note of result.notes) expect(answers).toContain(note);
  },
} satisfies World;
