import { z } from 'zod';
import { afterChunk, staleChunks } from '../../workflows/contract/retrieval.js';
import { type DeliveryOutput, defineContract } from '../../workflows/contract/work-contract.js';

/** Why a doc is not read to a model. */
const UNREAD = ['archived', 'empty', 'unchanged'] as const;
export type Unread = (typeof UNREAD)[number];

const count = z.int().min(0);
const revision = z.int().min(1);
const read = z.strictObject({
  revision,
  unread: z.enum(UNREAD).nullable(),
  since: revision
    .nullable()
    .describe('The revision that was reviewed before; null where all of the doc is read'),
});

/** The flow knows this of a doc that was read, and no text of it. */
const shown = read.extend({
  left_out: count.describe('Passages that were too many'),
  chunks: count,
  references: count,
});
export type ReadOfDoc = z.output<typeof shown>;

const answer = z.strictObject({
  suggestions: z
    .array(
      z.strictObject({
        action: z.enum(['add', 'change', 'remove']),
        memory_id: z.string().nullable().describe('Of what is changed or removed'),
        text: z.string().nullable().describe('The whole text that is to be remembered; null to remove'),
        quote: z.string().describe('The words of the doc that say so, as they stand there'),
        reason: z.string(),
      }),
    )
    .max(15),
});

/** The memories that the model was given, at their versions. */
const kept = z.strictObject({ seen: z.array(z.strictObject({ id: z.uuid(), version: z.int() })) });

const contract = defineContract({
  gathers: { chunks: { args: afterChunk, facts: staleChunks } },
  asks: { review: { answer, kept, shown } },
  deliveries: {
    references: {},
    review: { given: read, answers: 'review', answer_optional: true },
  },
});
export default contract;
export type DocReview = DeliveryOutput<typeof contract, 'review'>;
export type DocKept = z.output<typeof kept>;
