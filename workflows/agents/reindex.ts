import { z } from 'zod';
import { defineAgent } from '../contract/agent.js';
import type { StaleChunks } from '../contract/retrieval.js';

const PAGE = 512;

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
    const page = (after: string | null) => run.step('stale', () => run.staleChunks(space, after, PAGE));
    let stale: StaleChunks = await page(null);
    const total = stale.left;
    let done = 0;
    let chunks = 0;
    while (stale.chunk_ids.length > 0) {
      const { chunk_ids } = stale;
      const { count } = await run.step('embed', () => run.indexChunks('chunks', chunk_ids));
      chunks += count;
      done += chunk_ids.length;
      await run.progress(Math.min(done, total), total, `${done} of ${total} chunks`);
      stale = await page(chunk_ids.at(-1) ?? null);
    }
    return { chunks, model: space.model, dimensions: space.dimensions };
  },
});
