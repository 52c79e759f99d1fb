import { z } from 'zod';
import { answerOnce } from '../activities/model/calls.js';
import { vectorsOf } from '../activities/model/vectors.js';
import { vectorSpace } from '../workflows/contract/retrieval.js';
import { defineTool } from './tool.js';

export default defineTool({
  name: 'currentSpace',
  purpose: 'The space that vectors made now are in; the same key is answered from the record.',
  effect: 'model',
  input: z.strictObject({ key: z.string() }),
  output: vectorSpace,
  example: { key: 'space' },
  async use({ provider, calls }, run_id, { key }) {
    const current = provider();
    const requested_model = current.models.embedding;
    const call = { run_id, key, kind: 'embed', requested_model } as const;
    const { response } = await answerOnce(calls, call, async (signal, received) => {
      const answer = await vectorsOf(current, ['Which model answers?'], signal);
      received(answer);
      return { requested_model, model: answer.model, dimensions: answer.dimensions };
    });
    return response as z.output<typeof vectorSpace>;
  },
});
