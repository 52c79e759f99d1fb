import { z } from 'zod';
import { vectorSpace } from '../../workflows/contract/retrieval.js';
import { type DeliveryOutput, defineContract } from '../../workflows/contract/work-contract.js';

/** The question of the scan for duplicates and conflicts, and the types that its flow and work share. */

/** Pairs in one model call. */
export const BATCH = 10;

export const VERDICTS = ['duplicate', 'conflict', 'unrelated'] as const;

const verdictsAnswer = z.strictObject({
  verdicts: z
    .array(
      z.strictObject({
        pair: z.int().describe('The number of a pair that was given'),
        verdict: z.enum(VERDICTS),
        original: z.enum(['first', 'second']).describe('Of duplicates: the one to keep'),
        reason: z.string().describe('Why, in one sentence'),
      }),
    )
    .max(2 * BATCH),
});
export type VerdictsAnswer = z.output<typeof verdictsAnswer>;

/** A ticket of a pair, at the version that the model is told. */
const seen = z.strictObject({ id: z.uuid(), version: z.int().min(1) });
const seenPair = z.strictObject({
  first: seen,
  second: seen,
  /** The digest of the text about the two tickets that the model gets. */
  told: z.string(),
});
export type SeenPair = z.output<typeof seenPair>;

interface ToldTicket {
  key: string;
  title: string;
  begins: string;
}

/** The likest pairs that are to be judged. */
export interface PairBatch {
  /** The same pairs with the same texts have the same key. */
  key: string;
  /** `first` is the older of the two. */
  pairs: { pair: number; first: ToldTicket; second: ToldTicket }[];
  seen: SeenPair[];
  /** How many there are, these included. */
  waiting: number;
}

/** The flow knows this of a batch. */
const judgedPairs = z.strictObject({
  pairs: z.int(),
  waiting: z.int().describe('All that wait, these included'),
});

/** The work that is open for a scan. */
const toDo = z.strictObject({
  tickets: z.int().describe('Open tickets that are new, or have changed, or were looked at without vectors'),
  pairs: z.int().describe('Pairs that wait to be judged'),
});
export type ToDo = z.output<typeof toDo>;

const unseenTickets = z.strictObject({
  ticket_ids: z.array(z.uuid()),
  left: z.int().describe('How many there are, these included'),
});
export type UnseenTickets = z.output<typeof unseenTickets>;

const count = z.int().min(0);

/** The outcome of a scan. */
export const scanFound = z.object({
  by: z
    .enum(['meaning', 'words'])
    .nullable()
    .describe('How pairs were found: by both, or by words alone; null where nothing was looked at'),
  tickets: count.describe('That were looked at: new or changed since the scan before'),
  pairs: count.describe('That were judged'),
  duplicates: count,
  conflicts: count,
  unrelated: count,
  left: count.describe('Pairs and tickets that the next scan begins with'),
  proposals: z.array(z.uuid()).describe('Those it made'),
  accepted: count.describe('Of these, accepted at once by the settings of the binding'),
  known: count.describe('Left out: suggested before'),
  dropped: count.describe('What the model said of pairs that it was not asked about'),
});
export type ScanFound = z.output<typeof scanFound>;

const space = vectorSpace.nullable();

const contract = defineContract({
  gathers: {
    todo: { facts: toDo },
    unseen: { args: z.strictObject({ space }), facts: unseenTickets },
    found: { facts: scanFound },
  },
  asks: {
    pairs: { answer: verdictsAnswer, kept: z.strictObject({ pairs: z.array(seenPair) }), shown: judgedPairs },
  },
  deliveries: {
    forget: {},
    prune: {},
    look: { given: z.strictObject({ ticket_ids: z.array(z.uuid()), space }) },
    judge: { answers: 'pairs' },
    tell: { given: z.strictObject({ note: z.string().nullable() }) },
  },
});
export default contract;
export type JudgedBatch = DeliveryOutput<typeof contract, 'judge'>;
