import { z } from 'zod';
import { defineAgent } from '../contract/agent.js';
import { embedStale } from '../retrieval/embed-stale.js';

export default defineAgent({
  key: 'reindex',
  title: 'Re-index',
  purpose:
    'Embeds again what search holds without a vector of the present embedding model: of one project, or of all when none is named.',
  input: z.strictObject({}),
  output: z.object({
    chunks: z.int().describe('How many chunks were embedded'),
    model: z.string(),
    dimensions: z.int(),
  }),
  policy: {
    timeout_seconds: 86_400,
    priority: 10,
    retry: { max_attempts: 5, first_delay_ms: 5000, backoff: 2, max_delay_ms: 300_000 },
  },
  example: {},

  async flow(run) {
    const space = await run.step('space', () => run.currentSpace(`space-${run.attempt}`));
    const chunks = await embedStale(run, space);
    return { chunks, model: space.model, dimensions: space.dimensions };
  },
});
