import { z } from 'zod';
import { afterChunk, staleChunks } from '../../workflows/contract/retrieval.js';
import { type DeliveryOutput, defineContract } from '../../workflows/contract/work-contract.js';

const answer = z.strictObject({
  suggestions: z
    .array(
      z.strictObject({
        action: z.enum(['add', 'change', 'remove']),
        about: z.enum(['person', 'project']).describe('Of what is added: for whom it is remembered'),
        memory_id: z.string().nullable().describe('Of what is changed or removed'),
        text: z.string().nullable().describe('The whole text that is to be remembered; null to remove'),
        reason: z.string(),
      }),
    )
    .max(10),
});

/** The memories that the model was given, at their versions. */
const kept = z.strictObject({ seen: z.array(z.strictObject({ id: z.uuid(), version: z.int() })) });

const contract = defineContract({
  gathers: { chunks: { args: afterChunk, facts: staleChunks } },
  asks: { review: { answer, kept } },
  deliveries: { memories: { answers: 'review' } },
});
export default contract;
export type TurnReview = DeliveryOutput<typeof contract, 'memories'>;
