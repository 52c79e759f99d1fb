import { z } from 'zod';
import { defineAgent } from '../../workflows/contract/agent.js';
import { CHUNKS_A_PAGE } from '../../workflows/contract/retrieval.js';
import { embedChunks } from '../kit/embed-chunks.js';

/** A history stays small; the next run goes on. */
const MOST_CHUNKS = 50_000;

export default defineAgent({
  key: 'reindex',
  title: 'Re-index',
  purpose:
    'Embeds again what search holds without a vector of the present embedding model: of one project, or of all when none is named.',
  input: z.strictObject({}),
  output: z.object({
    chunks: z.int().describe('How many chunks were embedded'),
    left: z.int().describe('Left to the next run'),
    model: z.string().nullable().describe('Null where nothing had to be embedded'),
    dimensions: z.int().nullable(),
  }),
  news: 'upkeep',
  trigger: { schedule: { kind: 'interval' }, audience: 'project', target: null },
  policy: {
    timeout_seconds: 86_400,
    priority: 1,
    retry: { max_attempts: 5, first_delay_ms: 5000, backoff: 2, max_delay_ms: 300_000 },
  },
  example: {},

  async flow({ run, tools }) {
    const may = await run.step('look', () => tools.mayBeStale({}));
    if (!may) return { chunks: 0, left: 0, model: null, dimensions: null };
    const space = await run.step('space', () => tools.currentSpace({ key: `space-${run.attempt}` }));
    const { embedded, left } = await embedChunks(
      { run, tools },
      (after) => tools.staleChunks({ space, after, limit: CHUNKS_A_PAGE }),
      MOST_CHUNKS,
    );
    return { chunks: embedded, left, model: space.model, dimensions: space.dimensions };
  },
});
