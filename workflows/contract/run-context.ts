import type { Tools } from '../../tools/declared.js';
import type { EmbedResult, RespondRequest, RespondResult } from './model.js';
import type { AskReply, Became } from './work.js';
import type {
  AskArgs,
  AskName,
  AskShown,
  DeliveryGiven,
  DeliveryName,
  GatherArgs,
  GatherFacts,
  GatherName,
  WorkContract,
} from './work-contract.js';

/** The operations of a flow. History records each of them, so a replay repeats none. */
export interface RunContext<Contract extends WorkContract = WorkContract> {
  run: CurrentRun;
  model: FlowModel;
  work: FlowWork<Contract>;
  tools: Tools;
}

export interface CurrentRun {
  readonly id: string;
  readonly attempt: number;
  /** Marks where the run is, so that a failure names its step. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  sleep(ms: number): Promise<void>;
  /** The Web UI shows it at once; the run's row gets it at most once a second. */
  progress(done: number, total: number, text: string): Promise<void>;
}

export interface FlowModel {
  /** The question and its answer become history: it is for the product's own words only. */
  respond(request: Omit<RespondRequest, 'run_id'>): Promise<RespondResult>;
  embed(key: string, texts: string[]): Promise<EmbedResult>;
  /** For work that the run can do without: a failure of the provider is returned instead of thrown. */
  unlessItFails<T>(
    work: () => Promise<T>,
  ): Promise<{ value: T; failure: null } | { value: null; failure: string }>;
}

/** An argument may be left out where the contract names none. */
type Args<T> = null extends T ? [args?: T] : [args: T];

export interface FlowWork<Contract extends WorkContract> {
  /** Counts, ids and moments of the run's own project: they become history. */
  gather<Name extends GatherName<Contract>>(
    name: Name,
    ...args: Args<GatherArgs<Contract, Name>>
  ): Promise<GatherFacts<Contract, Name>>;
  /** Gives a model the facts of a question; facts and answer stay out of history. */
  ask<Name extends AskName<Contract>>(
    name: Name,
    ...args: Args<AskArgs<Contract, Name>>
  ): Promise<AskReply<AskShown<Contract, Name>>>;
  /** Writes outputs, once for each delivery; one that is made several times tells them apart by `which`. */
  deliver<Name extends DeliveryName<Contract>>(
    name: Name,
    given: DeliveryGiven<Contract, Name>,
    about?: { reply?: AskReply | null; which?: string },
  ): Promise<Became>;
}
