import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import type { Delivered } from '../../../workflows/contract/work.js';
import type { WritingRun } from '../place.js';

/** The run that asks, and so the one place it may read and write. */
export interface WorkingRun extends WritingRun {
  agent: string;
  user_id: string | null;
  time_zone: string;
  input: unknown;
  target: { type: string; id: string } | null;
  /** The tick it answers for, or when it was admitted. */
  moment: Date;
  /** Proposals are accepted without a person. */
  auto_accept: boolean;
}

/** The facts of one question. */
export interface AskedOf {
  /** Null where there is nothing to ask. It goes to the model alone. */
  told: object | null;
  /** What of the facts the delivery needs; it stays with the answer. */
  kept?: Record<string, unknown>;
  /** Counts and ids that the flow goes on with, and so history. */
  shown?: object;
  /** Where an agent asks the same more than once: what tells the questions apart. */
  which?: string | number;
}

/** What a model is asked, and the shape of its answer. */
interface AgentQuestion {
  answer: z.ZodType;
  facts(tx: EntityManager, run: WorkingRun, args: never): Promise<AskedOf>;
}

/** What one agent reads and writes; the `work.ts` of its folder in `agents/`. */
export interface AgentWork<Output = never> {
  agent: string;
  /** What its flow decides by: counts, ids and moments. */
  gather?: Record<string, (tx: EntityManager, run: WorkingRun, args: never) => Promise<unknown>>;
  asks?: Record<string, AgentQuestion>;
  /**
   * What a delivery is made of: what the flow says, the fields of the answer, and what was kept of the facts. Checked
   * before anything is written: nothing else can be.
   */
  output: z.ZodType<Output>;
  deliver(
    tx: EntityManager,
    run: WorkingRun,
    output: Output,
    step: string,
    model: string | null,
  ): Promise<Delivered>;
}

/** Keeps each file's own types; the registry sees them as one. */
export function defineWork<Output>(work: AgentWork<Output>): AgentWork {
  return work as unknown as AgentWork;
}

/** Nothing to show for it. */
export const NOTHING_DELIVERED: Delivered = { outputs: [], proposed: null, dropped: 0 };
