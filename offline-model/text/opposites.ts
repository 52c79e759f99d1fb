import { stem, termsOf, textWords } from './words.js';

/** Words that are said of the same thing only by who wants something else. */
const OPPOSITES = [
  'enable allow permit accept | disable forbid block deny reject refuse',
  'add create keep retain | remove delete drop',
  'increase raise more longer higher larger | decrease reduce lower less fewer shorter smaller',
  'show display reveal | hide conceal',
  'include require need | exclude without',
  'with | without',
  'before | after',
  'always | never',
  'on | off',
  'light | dark',
  'public | private',
  'automatic automatically | manual manually',
  'open | close',
  'start | stop',
  'mandatory required | optional',
  'lock | unlock',
  'merge | split',
  'expand | collapse',
  'ascending | descending',
  'first | last',
  'online | offline',
].map((line) => line.split(' | ').map((side) => new Set(side.split(' ').map(stem))));
/** Says little: both its neighbours must be the same. */
const WEAK = 'with';
/** Words that wish. */
export const MODALS = new Set(['must', 'should', 'may', 'shall']);
const NOT = new Set(['not', 'never', 'no']);
const NUMBER = /^\d+$/;
const NEAR = 4;

/** Two texts are opposed by opposing words beside the same term, by a ban, or by other numbers. */
export function isOpposed(left: string, right: string): boolean {
  const [a, b] = [claimsOf(left), claimsOf(right)];
  const turned = (one: Set<string>, other: Set<string>): boolean =>
    [...one].some((claim) => other.has(opposite(claim)) && !one.has(opposite(claim)) && !other.has(claim));
  return turned(a.claims, b.claims) || countsOtherwise(a.counts, b.counts);
}

interface Claims {
  /** `+` or `-`, which opposites, and what they are said of. */
  claims: Set<string>;
  /** Numbers by their unit. */
  counts: Map<string, Set<string>>;
}

function opposite(claim: string): string {
  return `${claim.startsWith('+') ? '-' : '+'}${claim.slice(1)}`;
}

function claimsOf(text: string): Claims {
  const words = textWords(text);
  const claims = new Set<string>();
  const counts = new Map<string, Set<string>>();
  for (const [at, word] of words.entries()) {
    for (const about of [...oppositesAt(words, at), ...bansAt(words, at)]) claims.add(about);
    const unit = NUMBER.test(word) ? termsOf(words[at + 1] ?? '')[0] : undefined;
    if (unit !== undefined) counts.set(unit, (counts.get(unit) ?? new Set()).add(word));
  }
  return { claims, counts };
}

function oppositesAt(words: string[], at: number): string[] {
  const word = stem(words[at] ?? '');
  const [next, before] = [termBeside(words, at, 1), termBeside(words, at, -1)];
  return OPPOSITES.flatMap((sides, index) =>
    sides.flatMap((side, which) => {
      if (!side.has(word)) return [];
      const said = sides[0]?.has(WEAK) ? [before && next && `${before} ${next}`] : [next, before];
      return said.flatMap((term) => (term ? [`${which === 0 ? '+' : '-'}${index} ${term}`] : []));
    }),
  );
}

/** Finds requirements and bans. */
function bansAt(words: string[], at: number): string[] {
  if (!MODALS.has(words[at] ?? '')) return [];
  const banned = NOT.has(words[at + 1] ?? '');
  const verb = termBeside(words, banned ? at + 1 : at, 1);
  return verb ? [`${banned ? '-' : '+'}must ${verb}`] : [];
}

/** The nearest word that carries meaning, after a word or before it. */
function termBeside(words: string[], at: number, step: 1 | -1): string | undefined {
  for (let away = 1; away <= NEAR; away++) {
    const [term] = termsOf(words[at + step * away] ?? '');
    if (term !== undefined && !NUMBER.test(term)) return term;
  }
  return undefined;
}

function countsOtherwise(a: Claims['counts'], b: Claims['counts']): boolean {
  return [...a].some(([unit, numbers]) => {
    const others = b.get(unit);
    return others !== undefined && ![...numbers].some((number) => others.has(number));
  });
}
