import type { z } from 'zod';
import type { EmbedResult, RespondRequest, RespondResult } from './model.js';
import type { ProjectChanges, ProjectDay } from './reports.js';
import type { SourceType, StaleChunks, VectorSpace } from './retrieval.js';
import type { RetryPolicy, SelfCheckActivities, WorkspaceFile } from './run.js';
import type { Audience, Overlap, Schedule } from './schedule.js';
import type { Asked, Became, Kept } from './work.js';

/** What a flow may do. Everything here is recorded in history, so a replay repeats none of it. */
export interface RunContext {
  readonly run_id: string;
  readonly attempt: number;
  /** Marks where the run is, so that a failure names its step. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  sleep(ms: number): Promise<void>;
  /** Shown at once in the Web UI; written to the run at most once a second. */
  progress(done: number, total: number, text: string): Promise<void>;
  /** Counts, ids and moments of the run’s own project, as its agent’s work defines them; small. */
  gather<T>(what: string, args?: unknown): Promise<T>;
  /** Tells a model of facts, as its agent’s work gathers them; texts stay out of history. */
  ask<T = unknown>(what: string, args?: unknown): Promise<Asked<T>>;
  /** The run’s outputs, checked and written once for each step; with an answer, its words and what it was told of are part of them. */
  deliver(step: string, output: object, asked?: Asked | null): Promise<Became>;
  /** A model call whose question and answer become history: for the product’s own words only. */
  respond(request: Omit<RespondRequest, 'run_id'>): Promise<RespondResult>;
  embed(key: string, texts: string[]): Promise<EmbedResult>;
  /** Embeds chunks; `key` and the ids name the call, so that a retry embeds none of them twice. */
  indexChunks(key: string, chunk_ids: string[]): Promise<EmbedResult>;
  /** Whether there may be chunks without a vector of the present model. */
  mayBeStale(): Promise<boolean>;
  currentSpace(key: string): Promise<VectorSpace>;
  staleChunks(
    space: VectorSpace,
    after: string | null,
    limit: number,
    of?: SourceType | null,
  ): Promise<StaleChunks>;
  /** For work that can be done without: what the provider fails at is told instead of thrown. */
  unlessModelFails<T>(
    work: () => Promise<T>,
  ): Promise<{ value: T; failure: null } | { value: null; failure: string }>;
  writeFiles(files: WorkspaceFile[]): Promise<void>;
  /** What changed in the run’s project, since then or since the pulse before. */
  projectChanges(since: string | null): Promise<ProjectChanges>;
  /** What a day of the run’s project came to: this day, or the one before. */
  projectDay(day: string | null): Promise<ProjectDay>;
  readonly selfCheck: Pick<SelfCheckActivities, 'selfCheckStep'>;
}

export interface AgentPolicy {
  timeout_seconds: number;
  priority: 1 | 5 | 10 | 20;
  retry: RetryPolicy;
  /** Skips a tick while the run of an earlier one is under way, unless said otherwise. */
  overlap?: Overlap;
}

/** When it runs by itself, unless a binding says otherwise. */
export interface AgentTrigger {
  schedule: Schedule;
  audience: Audience;
  /** What a scheduled run works on. */
  target: string | null;
}

/**
 * One built-in agent: the `agent.ts` of a folder in `agents/`, declarative but for its flow. Its schemas are checked outside the
 * workflow: the input when the run is admitted, the output when it finishes.
 */
export interface AgentDefinition<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  key: string;
  title: string;
  purpose: string;
  input: Input;
  output: Output;
  /** Fields of the input that are texts: its work reads them, its flow is not given them. */
  texts?: readonly string[];
  /** It works on a project: a request that names none is refused. */
  needs_project?: true;
  /** The first version’s; an administrator may publish others. */
  instructions?: string;
  model?: 'reasoning' | 'fast';
  /** Without it the agent runs when it is asked to. */
  trigger?: AgentTrigger;
  policy: AgentPolicy;
  /** An input that shows the agent at work; the contract battery runs it. */
  example: z.input<Input>;
  flow(run: RunContext, input: z.output<Input>): Promise<z.input<Output> | Partly<z.input<Output>>>;
}

/** A result without its texts, and where they are kept: they reach the run’s row past history. */
export interface Partly<Result> {
  partly: Partial<Result>;
  kept: Kept;
}

export function isPartly(result: unknown): result is Partly<unknown> {
  return typeof result === 'object' && result !== null && 'partly' in result && 'kept' in result;
}

/** Keeps each file's own types; the registry sees them as one. */
export function defineAgent<Input extends z.ZodType, Output extends z.ZodType>(
  definition: AgentDefinition<Input, Output>,
): AgentDefinition {
  return definition as unknown as AgentDefinition;
}
