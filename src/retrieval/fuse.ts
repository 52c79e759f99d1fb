export type Why = 'text' | 'meaning' | 'both';

export interface Fused {
  chunk_id: string;
  score: number;
  why: Why;
}

/** The usual constant: how little the first ranks differ. */
const K = 60;

/** Reciprocal rank fusion: what several lists have high up comes first, whatever their own scores mean. */
export function fuse(lists: readonly (readonly ['text' | 'meaning', readonly string[]])[]): Fused[] {
  const fused = new Map<string, Fused>();
  for (const [by, ids] of lists) {
    for (const [index, chunk_id] of ids.entries()) {
      const before = fused.get(chunk_id) ?? { chunk_id, score: 0, why: by };
      const score = before.score + 1 / (K + index + 1);
      fused.set(chunk_id, { chunk_id, score, why: before.why === by ? by : 'both' });
    }
  }
  return [...fused.values()].sort((a, b) => b.score - a.score || (a.chunk_id < b.chunk_id ? -1 : 1));
}
