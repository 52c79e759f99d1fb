export type Why = 'text' | 'meaning' | 'both';

export interface Fused {
  chunk_id: string;
  score: number;
  why: Why;
}

/** The usual constant: how little the first ranks differ. */
const K = 60;

/** Reciprocal rank fusion: what both lists have high up comes first, whatever their scores mean. */
export function fuse(text: readonly string[], meaning: readonly string[]): Fused[] {
  const fused = new Map<string, Fused>();
  for (const [why, ids] of [['text', text] as const, ['meaning', meaning] as const]) {
    for (const [index, chunk_id] of [...new Set(ids)].entries()) {
      const score = 1 / (K + index + 1);
      const before = fused.get(chunk_id);
      fused.set(
        chunk_id,
        before ? { chunk_id, score: before.score + score, why: 'both' } : { chunk_id, score, why },
      );
    }
  }
  return [...fused.values()].sort((a, b) => b.score - a.score || (a.chunk_id < b.chunk_id ? -1 : 1));
}
