import { textWords } from './words.js';

const SECONDS: Record<string, number> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
  quarter: 7_776_000,
  year: 31_536_000,
};
const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');

/** The durations that a text names, in seconds: "48 hours" and "two days" are the same. */
export function durationsIn(text: string): Set<number> {
  const words = textWords(text);
  const found = words.flatMap((word, at) => {
    const seconds = SECONDS[word.replace(/s$/, '')];
    const count = numberOf(words[at - 1] ?? '');
    return seconds === undefined || count === undefined ? [] : [count * seconds];
  });
  return new Set(found);
}

function numberOf(word: string): number | undefined {
  if (/^\d{1,6}$/.test(word)) return Number(word);
  if (ONES.includes(word)) return ONES.indexOf(word);
  return TENS.includes(word) ? 20 + 10 * TENS.indexOf(word) : undefined;
}
