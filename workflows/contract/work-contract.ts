import type { z } from 'zod';

/**
 * The types that the flow of an agent and its work share: the `contract.ts` of its folder. Both sides take their types
 * from these schemas. The values are checked outside the workflow, because a flow must not call a schema.
 */
export interface WorkContract {
  /** Counts, ids and moments that the flow decides by: they become history. */
  gathers?: Record<string, { args?: z.ZodType; facts: z.ZodType }>;
  /** Questions to a model. Facts and answer stay in PostgreSQL. */
  asks?: Record<string, AskContract>;
  /** Outputs, each written once. */
  deliveries?: Record<string, DeliveryContract>;
}

export interface AskContract {
  args?: z.ZodType;
  /** A provider holds its model to this schema: it is closed, and every field is required. */
  answer: z.ZodObject;
  /** Facts that the delivery needs; they stay with the answer. */
  kept?: z.ZodObject;
  /** Counts and ids that the flow goes on with: they become history. */
  shown?: z.ZodObject;
}

export interface DeliveryContract {
  /** Fields that the flow gives. */
  given?: z.ZodObject;
  /** The question whose answer and kept facts are part of the output. */
  answers?: string;
  /** The answer may be missing, because there was nothing to ask. */
  answer_optional?: true;
}

/** Keeps each contract's own types. */
export function defineContract<const Contract extends WorkContract>(contract: Contract): Contract {
  return contract;
}

type Section<Contract extends WorkContract, Name extends keyof WorkContract> = NonNullable<Contract[Name]>;
type SchemaOr<Part, Field extends string, Default> = Part extends {
  [F in Field]: infer Schema extends z.ZodType;
}
  ? z.output<Schema>
  : Default;

export type GatherName<Contract extends WorkContract> = keyof Section<Contract, 'gathers'> & string;
export type AskName<Contract extends WorkContract> = keyof Section<Contract, 'asks'> & string;
export type DeliveryName<Contract extends WorkContract> = keyof Section<Contract, 'deliveries'> & string;

type GatherPart<Contract extends WorkContract, Name> = Name extends keyof Section<Contract, 'gathers'>
  ? Section<Contract, 'gathers'>[Name]
  : never;
type AskPart<Contract extends WorkContract, Name> = Name extends keyof Section<Contract, 'asks'>
  ? Section<Contract, 'asks'>[Name]
  : never;
type DeliveryPart<Contract extends WorkContract, Name> = Name extends keyof Section<Contract, 'deliveries'>
  ? Section<Contract, 'deliveries'>[Name]
  : never;

export type GatherArgs<Contract extends WorkContract, Name> = SchemaOr<
  GatherPart<Contract, Name>,
  'args',
  null
>;
export type GatherFacts<Contract extends WorkContract, Name> = SchemaOr<
  GatherPart<Contract, Name>,
  'facts',
  never
>;
export type AskArgs<Contract extends WorkContract, Name> = SchemaOr<AskPart<Contract, Name>, 'args', null>;
export type AskAnswer<Contract extends WorkContract, Name> = SchemaOr<
  AskPart<Contract, Name>,
  'answer',
  never
>;
export type AskKept<Contract extends WorkContract, Name> = SchemaOr<AskPart<Contract, Name>, 'kept', object>;
export type AskShown<Contract extends WorkContract, Name> = SchemaOr<
  AskPart<Contract, Name>,
  'shown',
  object
>;
export type DeliveryGiven<Contract extends WorkContract, Name> = SchemaOr<
  DeliveryPart<Contract, Name>,
  'given',
  object
>;

type AnswerFields<Contract extends WorkContract, Part> = Part extends { answers: infer Ask }
  ? Part extends { answer_optional: true }
    ? Partial<AskAnswer<Contract, Ask> & AskKept<Contract, Ask>>
    : AskAnswer<Contract, Ask> & AskKept<Contract, Ask>
  : object;

/** All that a delivery is made of: the fields of the flow, of the answer, and of the facts kept with it. */
export type DeliveryOutput<Contract extends WorkContract, Name> = DeliveryGiven<Contract, Name> &
  AnswerFields<Contract, DeliveryPart<Contract, Name>>;
