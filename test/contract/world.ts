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
  /** What people write here. */
  words: Words;
}

export interface Asked {
  /** As it is among the `agent_runs` of the answer. */
  run: Json;
  /** What of the example was made up, and is replaced by what is there. */
  ids: Record<string, string>;
}

/** What the battery has to know of one agent: the `world.ts` of its folder. */
export interface World {
  /** What it asks its model for: an answer of a shape, plain text, or vectors. */
  asks: 'shape' | 'text' | 'vectors';
  /** Where its outputs are: `table +` for rows that it adds, `table.column` for what it changes. Nothing else may. */
  writes: string[];
  /** What it works out of what is there before it asks, and which is right whatever becomes of the run. */
  works_out?: string[];
  /** Makes what the agent is to work on. */
  fill(place: Place): Promise<void>;
  /** Asks for the run as a user does, over HTTP, with the example as it is declared. */
  ask(place: Place, example: Json): Promise<Asked>;
  /** The outputs of a completed run, where people find them; fails where they are not. */
  seen(place: Place, run: Json): Promise<void>;
}
