/** A query as search by words reads it. */
export interface QueryWords {
  /** The words that count for a chunk, those of phrases included. */
  text: string;
  /** A chunk must hold each of these as it stands. */
  phrases: string[];
  /** A chunk must hold none of these. */
  excluded: string[];
}

const PART = /(?<!\S)(-?)"([^"]*)"|(?<!\S)-(\w\S*)|(\S+)/gu;

/** `"a phrase"` is required, `-word` and `-"a phrase"` are excluded, every other word counts where it is found. */
export function readQuery(q: string): QueryWords {
  const text: string[] = [];
  const phrases: string[] = [];
  const excluded: string[] = [];
  for (const [, minus, phrase, without, word] of indexed(q).matchAll(PART)) {
    if (without !== undefined) excluded.push(without);
    else if (minus === '-') excluded.push(phrase ?? '');
    else text.push(phrase ?? word ?? '');
    if (phrase !== undefined && minus === '') phrases.push(phrase);
  }
  return { text: text.join(' '), phrases, excluded };
}

/** The index takes a slash for the space between two words. */
export const indexed = (text: string): string => text.replaceAll('/', ' ');
