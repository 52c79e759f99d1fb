import type { z } from 'zod';
import type { RetryPolicy } from './run.js';
import type { RunContext } from './run-context.js';
import type { Audience, Overlap, Schedule } from './schedule.js';
import type { Kept } from './work.js';
import type { WorkContract } from './work-contract.js';

/**
 * `report`: the agent reports on the runs of others. The daily review leaves its runs out unless they failed.
 * `upkeep`: both reports leave its runs out unless they failed.
 */
export type News = 'report' | 'upkeep';

export interface AgentPolicy {
  timeout_seconds: number;
  priority: 1 | 5 | 10 | 20;
  retry: RetryPolicy;
  /** Skips a tick while the run of an earlier one is under way, unless said otherwise. */
  overlap?: Overlap;
}

/** The schedule of the agent, unless a binding sets another. */
export interface AgentTrigger {
  schedule: Schedule;
  audience: Audience;
  /** The target of a scheduled run. */
  target: string | null;
}

/**
 * One built-in agent: the `agent.ts` of a folder in `agents/`, declarative except for its flow. Its schemas are checked
 * outside the workflow: the input when the run is admitted, the output when it finishes.
 */
export interface AgentDefinition<
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
  Contract extends WorkContract = WorkContract,
> {
  key: string;
  title: string;
  purpose: string;
  input: Input;
  output: Output;
  /** Fields of the input that are texts: its work reads them, its flow is not given them. */
  texts?: readonly string[];
  /** The agent works on a project, so a request without one is refused. */
  needs_project?: true;
  /** How reports show its runs: without it, a run is news however it ends. */
  news?: News;
  /** The first version's; an administrator may publish others. */
  instructions?: string;
  model?: 'reasoning' | 'fast';
  /** An agent without a trigger runs only on request. */
  trigger?: AgentTrigger;
  policy: AgentPolicy;
  /** An input that shows the agent at work; the contract battery runs it. */
  example: z.input<Input>;
  /** The types that flow and work share; an agent that reads and writes nothing of a project has none. */
  contract?: Contract;
  flow(
    context: RunContext<Contract>,
    input: z.output<Input>,
  ): Promise<z.input<Output> | Partly<z.input<Output>>>;
}

/** A result without its texts, and where they are kept: they reach the run's row past history. */
export interface Partly<Result> {
  partly: Partial<Result>;
  kept: Kept;
}

export function isPartly(result: unknown): result is Partly<unknown> {
  return typeof result === 'object' && result !== null && 'partly' in result && 'kept' in result;
}

/** Keeps each file's own types; the registry sees them as one. */
export function defineAgent<
  Input extends z.ZodType,
  Output extends z.ZodType,
  const Contract extends WorkContract,
>(definition: AgentDefinition<Input, Output, Contract>): AgentDefinition {
  return definition as unknown as AgentDefinition;
}
