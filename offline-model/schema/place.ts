import type { TextSource } from '../text/source.js';
import { type Json, type Schema, type SchemaNode, SchemaProblem } from './types.js';

/** A value, and how much of it was found in the text: 0 means that it was made up. */
export interface Filling {
  value: Json;
  score: number;
}

/** Where in the schema a value is wanted, and what it may be taken from. */
export interface FieldPlace {
  name: string[];
  source: TextSource;
  depth: number;
  /** What the schema says that the value is. */
  about?: string;
  /** Values already used by a list whose items must differ. */
  avoid?: Json[];
  work: Work;
}

/** What one filling as a whole shares. */
interface Work {
  root: Schema;
  question: string;
  /** Sentences already used, so that each field tells something else. */
  taken: Set<string>;
  /** How alike the things are that the text holds in couples. */
  likeness: ReadonlyMap<string, number>;
  /** When set, the smallest valid value is made, which ends every recursion. */
  smallest: boolean;
  steps: number;
  /** Fills a part of the schema: the parts of a value are filled like the whole. */
  fillNode(node: SchemaNode, place: FieldPlace): Filling;
}

const EXPLORED_DEPTH = 12;

export function isShallow(place: FieldPlace): boolean {
  return !place.work.smallest && place.depth < EXPLORED_DEPTH;
}

/** Runs `attempt`; a schema without a value for it gives undefined. */
export function tryFill(attempt: () => Filling): Filling | undefined {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof SchemaProblem) return undefined;
    throw error;
  }
}
