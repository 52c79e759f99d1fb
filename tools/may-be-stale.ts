import { z } from 'zod';
import { PostgresVectorStore } from '../src/workspace/retrieval/vector.store.js';
import { defineTool } from './tool.js';

export default defineTool({
  name: 'mayBeStale',
  purpose:
    'Whether there may be chunks without a vector of the present model, by its name alone; a run that a person asked for looks in any case.',
  effect: 'scan',
  input: z.strictObject({}),
  output: z.boolean(),
  example: {},
  use: ({ db, provider }, run_id) =>
    new PostgresVectorStore(db).mayBeStale(run_id, provider().models.embedding),
});
