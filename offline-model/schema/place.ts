import type { TextSource } from '../text/source.js';
import { type Json, type Schema, type SchemaNode, SchemaProblem } from './types.js';

/** A value, and how much of it was found in the text: 0 means that it was made up. */
export interface Filling {
  value: Json;
  score: number;
}

/** The place in the schema where a value is wanted, and the sources it may be taken from. */
export interface FieldPlace {
  name: string[];
  source: TextSource;
  depth: number;
  /** The schema's description of the value. */
  about?: string;
  /** Values already used by a list whose items must differ. */
  avoid?: Json[];
  work: Work;
}

/** State that one whole filling shares. */
interface Work {
  root: Schema;
  question: string;
  /** Sentences already used, so that each field tells something else. */
  taken: Set<string>;
  /** Scores how alike the two things of each couple are. */
  likeness: ReadonlyMap<string, number>;
  /** The smallest valid value is made when this is set, which ends every recursion. */
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
