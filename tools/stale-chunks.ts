import { z } from 'zod';
import { SEARCH_SOURCE_TYPES } from '../src/workspace/retrieval/source-types.js';
import { PostgresVectorStore } from '../src/workspace/retrieval/vector.store.js';
import { CHUNKS_A_PAGE, MOST_INDEXED, staleChunks, vectorSpace } from '../workflows/contract/retrieval.js';
import { defineTool } from './tool.js';

export default defineTool({
  name: 'staleChunks',
  purpose:
    "A page of chunks without a vector of this space, in the run's project or, where it has none, in its organisation.",
  effect: 'scan',
  input: z.strictObject({
    space: vectorSpace,
    after: z.uuid().nullable().describe('The last chunk of the page before'),
    limit: z.int().min(1).max(MOST_INDEXED),
    of: z.enum(SEARCH_SOURCE_TYPES).optional().describe('Only of sources of this type'),
  }),
  output: staleChunks,
  example: {
    space: { requested_model: 'no-such-model', model: 'no-such-model', dimensions: 8 },
    after: null,
    limit: CHUNKS_A_PAGE,
  },
  use: ({ db }, run_id, { of = null, ...page }) => new PostgresVectorStore(db).stale({ run_id, of, ...page }),
});
