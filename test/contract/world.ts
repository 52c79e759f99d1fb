import type { Caller, Json } from '../support/caller.js';
import type { TestStack } from '../support/stack.js';
import type { Words } from './words.js';

/** An organisation of its own, in which one agent is tried. */
export interface Place {
  stack: TestStack;
  api: Caller;
  organisation_id: string;
  project_id: string;
  user_id: string;
  /** The address of its project. */
  project: string;
  /** The texts of people. */
  words: Words;
}

export interface Asked {
  /** The run as in the `agent_runs` of the answer. */
  run: Json;
  /** The invented ids of the example, with the real ones that replace them. */
  ids: Record<string, string>;
}

/** The facts that the tests of all agents need about one agent: the `world.ts` of its folder. */
export interface World {
  /** The kind of answer that the agent asks its model for. */
  asks: 'shape' | 'text' | 'vectors';
  /**
   * The places of its outputs: `table +` for rows that it adds, `table.column` for changes. Nothing else may change.
   */
  writes: string[];
  /** The columns that it computes before it calls its model, which are right whatever becomes of the run. */
  works_out?: string[];
  /** Makes what the agent is to work on. */
  fill(place: Place): Promise<void>;
  /** Asks for the run as a user does, over HTTP, with the example as it is declared. */
  ask(place: Place, example: Json): Promise<Asked>;
  /** The outputs of a completed run, where people find them; fails where they are not. */
  seen(place: Place, run: Json): Promise<void>;
}
