type Why = 'text' | 'meaning' | 'both';

export interface Scored {
  chunk_id: string;
  score: number;
}

export interface Fused extends Scored {
  why: Why;
}

/**
 * Adds the standard scores of both lists: the distance of a chunk from the mean of its list, in standard deviations. A
 * list in which no chunk stands out decides little, whatever the scale of its scores. A chunk that a list lacks gets
 * the list's lowest score.
 */
export function fuse(text: readonly Scored[], meaning: readonly Scored[], most: number): Fused[] {
  const byText = standardScores(text, most);
  const byMeaning = standardScores(meaning, meaning.length);
  return [...new Set([...byText.scores.keys(), ...byMeaning.scores.keys()])]
    .map((chunk_id) => {
      const [one, other] = [byText.scores.get(chunk_id), byMeaning.scores.get(chunk_id)];
      const why: Why = one === undefined ? 'meaning' : other === undefined ? 'text' : 'both';
      return { chunk_id, score: (one ?? byText.lowest) + (other ?? byMeaning.lowest), why };
    })
    .sort((a, b) => b.score - a.score || (a.chunk_id < b.chunk_id ? -1 : 1));
}

/** Empty places of a list count as zero, so that the only chunk with a rare word stands far out. */
function standardScores(
  list: readonly Scored[],
  places: number,
): { scores: Map<string, number>; lowest: number } {
  const count = Math.max(places, list.length, 1);
  const mean = list.reduce((sum, { score }) => sum + score, 0) / count;
  const empty = (count - list.length) * mean ** 2;
  const variance = (list.reduce((sum, { score }) => sum + (score - mean) ** 2, 0) + empty) / count;
  const deviation = Math.sqrt(variance) || 1;
  const scores = new Map(list.map(({ chunk_id, score }) => [chunk_id, (score - mean) / deviation]));
  const lowest = count > list.length ? -mean / deviation : Math.min(...scores.values());
  return { scores, lowest };
}
