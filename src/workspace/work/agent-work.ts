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

/** What one agent reads and writes; one file in this folder, named like the agent. */
export interface AgentWork<Output = never> {
  agent: string;
  gather: Record<string, (tx: EntityManager, run: WorkingRun, args: never) => Promise<unknown>>;
  /** Checked before anything is written: nothing else can be. */
  output: z.ZodType<Output>;
  deliver(tx: EntityManager, run: WorkingRun, output: Output, step: string): Promise<Delivered>;
}

/** Keeps each file's own types; the registry sees them as one. */
export function defineWork<Output>(work: AgentWork<Output>): AgentWork {
  return work as unknown as AgentWork;
}

/** Nothing to show for it. */
export const NOTHING_DELIVERED: Delivered = { outputs: [], proposed: null, dropped: 0 };
