import type { Proposed } from './proposal.js';

/** One output of a run for people, and the link to it. */
export interface OutputLink {
  /** Named by the feature that shows it. */
  type: string;
  href: string;
  text: string;
}

/** The outcome of a delivery, as PostgreSQL keeps it with the run. */
export interface Delivered extends Counted {
  outputs: OutputLink[];
  /** The parts of the run's result that hold texts. */
  result?: Record<string, unknown>;
}

/** The part of a delivery's outcome that history keeps: counts and ids. */
export interface Became extends Counted {
  outputs: number;
}

interface Counted {
  proposed: Proposed | null;
  /** Suggestions left out because what they refer to does not exist. */
  dropped: number;
  /** Suggestions of earlier runs that waited, and hold no longer. */
  superseded?: number;
}

/** A text that stays in PostgreSQL, as history knows it. */
export interface Digested {
  /** SHA-256 of the text. */
  digest: string;
  bytes: number;
}

/** A model's answer, which stays in PostgreSQL: the run and this key name it. */
export interface Answered {
  key: string;
  model: string;
  told: Digested;
  said: Digested;
}

/** The outcome of a question; `shown` are the counts and ids that the flow continues with. */
export interface AskReply<Shown = unknown> {
  /** Null where there was nothing to ask. */
  answer: Answered | null;
  shown: Shown;
}

/** The place of the words that a flow leaves out of its result: an answer as a whole, or the addition of a delivery. */
export type Kept = { answer: string } | { delivery: string };

/** One delivery of a run: the flow's values, and the answer that belongs to it. */
export interface DeliveryRequest {
  delivery: string;
  /** Tells deliveries of one name apart. */
  which?: string;
  given: object;
  answer?: string;
}

/** Names the delivery among the effects of its run. */
export function deliveryKey({ delivery, which }: Pick<DeliveryRequest, 'delivery' | 'which'>): string {
  return which === undefined ? delivery : `${delivery} ${which}`;
}

/** Everything is looked up by the run's own agent, project and user; an agent reaches nothing else. */
export interface WorkActivities {
  /** Counts, ids and moments that the flow decides by: they become history. */
  gather(args: { run_id: string; what: string; args: unknown }): Promise<unknown>;
  /**
   * Writes outputs, once for each delivery and `which`, however often it is repeated; the answer with this key is part
   * of them.
   */
  deliver(args: DeliveryRequest & { run_id: string }): Promise<Became>;
}

export interface AskActivities {
  /**
   * Gathers facts and tells a model of them, in one go: neither the facts nor the answer become history. The same
   * question is answered once.
   */
  ask(args: { run_id: string; what: string; args: unknown }): Promise<AskReply>;
}

/** The question of an organisation's own agent: its input, by the words and the schema of its version. */
export const OWN_QUESTION = 'input';
