import { likeness } from '../memories/likeness.js';
import { lineOf, normalised } from '../words.js';

const MOST_CHARACTERS = 300;

/** Passages as quotes are looked up in them: whatever their case, signs and line breaks. */
export function wordsIn(passages: readonly string[]): (quote: string) => boolean {
  const words = normalised(passages.join('\n'));
  return (quote) => normalised(quote) !== '' && words.includes(normalised(quote));
}

/** Returns the model's quote if the doc contains it, else the sentence most like the suggestion, else ''. */
export function quoteIn(passages: readonly string[], given: string, suggestion: string): string {
  const quote = lineOf(given, MOST_CHARACTERS);
  if (wordsIn(passages)(quote)) return quote;
  let [best, most] = ['', 0];
  for (const sentence of passages.flatMap((passage) => passage.split(/(?<=[.!?])\s+|\n+/))) {
    const like = likeness(sentence, suggestion);
    if (like > most) [best, most] = [lineOf(sentence, MOST_CHARACTERS), like];
  }
  return best;
}
