import { embed } from '../embeddings.js';
import type { Schema } from '../schema/types.js';
import { type Couple, coupleIn, coupleKey } from '../text/couple.js';
import type { TextSource } from '../text/source.js';
import { termsOf } from '../text/words.js';

const MOST_COUPLES = 60;

/**
 * Scores how alike the couples in a source are, from 0 to 1, by meaning and words. It runs only if a schema asks for a
 * choice.
 */
export async function likenessIn(
  source: TextSource,
  schema: Schema,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const likeness = new Map<string, number>();
  if (!asksForChoice(schema)) return likeness;
  for (const couple of couplesIn(source).slice(0, MOST_COUPLES)) {
    const [left = [], right = []] = await embed([couple.left, couple.right], signal);
    const meaning = [...left].reduce((sum, value, at) => sum + value * (right[at] ?? 0), 0);
    likeness.set(coupleKey(couple), 0.7 * meaning + 0.3 * sharedWords(couple));
  }
  return likeness;
}

function couplesIn(source: TextSource): Couple[] {
  const own = coupleIn(source);
  return [...(own ? [own] : []), ...source.records.flatMap(couplesIn)];
}

function asksForChoice(schema: Schema): boolean {
  return JSON.stringify(schema).includes('"enum"');
}

/** The share of words that the shorter of the two has in common with the other. */
function sharedWords({ left, right }: Couple): number {
  const [a, b] = [new Set(termsOf(left)), new Set(termsOf(right))];
  const shared = [...a].filter((term) => b.has(term)).length;
  return shared / Math.max(1, Math.min(a.size, b.size));
}
