import { termsOf, textWords } from './words.js';

const TO_THE_MODEL = new RegExp(
  [
    '\\b(?:ignore|disregard|forget|override)\\b.{0,40}\\b(?:instruction|prompt|rule|above|previous)',
    '\\byou are (?:now|an?)\\b',
    '\\bsystem prompt\\b',
    '\\b(?:below|following)\\b.{0,40}$',
    '^you (?:will|must|should|can|may|are|get)\\b',
    '\\b(?:reply|respond|answer|output) (?:only|with|exactly)\\b',
    '^(?:summari[sz]e|answer|write|return|extract|list|use|given|act|respond|reply|output|produce|analy[sz]e)\\b',
  ].join('|'),
  'i',
);

/** Tells a request to the model from a statement of fact. */
export function isRequest(sentence: string): boolean {
  return TO_THE_MODEL.test(sentence) || /[:?]$/.test(sentence);
}

interface Ranked {
  sentence: string;
  index: number;
  score: number;
}

/** Sentences by salience: frequent terms, early position, a readable length, and the terms that were asked for. */
export function rank(sentences: string[], question = ''): Ranked[] {
  const terms = sentences.map(termsOf);
  const frequency = new Map<string, number>();
  for (const term of terms.flat()) frequency.set(term, (frequency.get(term) ?? 0) + 1);
  const asked = new Set(termsOf(question));
  const ranked = sentences.map((sentence, index) => {
    const own = new Set(terms[index]);
    let weight = 0;
    for (const term of own) weight += Math.log1p(frequency.get(term) ?? 0) + (asked.has(term) ? 2 : 0);
    const length = textWords(sentence).length;
    const readable = length < 4 ? 0.4 : length > 45 ? 0.6 : 1;
    const early = 1 + 0.5 / (1 + index);
    const factual = isRequest(sentence) ? 0.02 : /[.!。]$/.test(sentence) ? 1.25 : 1;
    return { sentence, index, score: (weight / Math.sqrt(1 + own.size)) * readable * early * factual };
  });
  return ranked.sort((a, b) => b.score - a.score || a.index - b.index);
}

/** The words that a text uses most, in their first spelling. */
export function keywords(sentences: string[], count: number): string[] {
  const counted = new Map<string, { word: string; times: number }>();
  for (const word of sentences.flatMap(
    (sentence) => sentence.match(/(?<![\w-])\p{L}{4,}(?![\w-])/gu) ?? [],
  )) {
    const [term] = termsOf(word);
    if (term === undefined) continue;
    const known = counted.get(term);
    if (known) known.times++;
    else counted.set(term, { word: word.toLowerCase(), times: 1 });
  }
  const ranked = [...counted.values()].sort((a, b) => b.times - a.times);
  return ranked.slice(0, count).map(({ word }) => word);
}

/** The most salient sentences, in the order of the text, without repeats. */
export function salientExtract(
  sentences: string[],
  limits: { count: number; characters: number },
  question = '',
): string {
  const chosen: Ranked[] = [];
  const seen = new Set<string>();
  let length = 0;
  for (const ranked of rank(sentences, question)) {
    if (chosen.length >= limits.count) break;
    const tooLong = chosen.length > 0 && length + ranked.sentence.length > limits.characters;
    if (seen.has(ranked.sentence) || tooLong) continue;
    if (chosen.length > 0 && isRequest(ranked.sentence)) continue;
    seen.add(ranked.sentence);
    length += ranked.sentence.length + 1;
    chosen.push(ranked);
  }
  return chosen
    .sort((a, b) => a.index - b.index)
    .reduce(
      (text, { sentence }) => `${text}${text === '' ? '' : /[.!?…。]$/.test(text) ? ' ' : '; '}${sentence}`,
      '',
    )
    .slice(0, limits.characters);
}
