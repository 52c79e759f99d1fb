import { durationsIn } from './durations.js';
import { MODALS } from './opposites.js';
import { termsOf, textWords } from './words.js';

const FOR = new Set(
  `add allow ask bring build charge check collect create deliver display enable expand extend fill give include
  increase install introduce keep let make notify offer open permit print publish put raise record require save
  send set shorten show store stretch switch take turn use always`.split(/\s+/),
);
const AGAINST = new Set(
  `abolish avoid ban block delete deny disable drop end erase forbid hide prevent prohibit refuse reject remove skip
  stop no never`.split(/\s+/),
);
const NEGATIONS = new Set(['no', 'not', 'never', 'nobody', 'none', 'without', 'off']);

type Wish = 'for' | 'against';

/**
 * Two headlines are opposed if they concern the same thing and one wants it, and the other forbids it or wants it at
 * another time.
 */
export function haveOppositePolarity(left: string, right: string): boolean {
  const [one, other] = [headlineOf(left), headlineOf(right)];
  const wishes = [wishIn(one), wishIn(other)];
  if (wishes.includes(undefined) || !(shareTerm(one, right) || shareTerm(left, other))) return false;
  return wishes[0] !== wishes[1] || areOther(durationsIn(one), durationsIn(other));
}

function headlineOf(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

/** Undefined where a headline only says how something is. */
function wishIn(headline: string): Wish | undefined {
  const words = textWords(headline);
  const [first = ''] = words;
  if (AGAINST.has(first)) return 'against';
  if (!FOR.has(first) && !words.some((word) => MODALS.has(word))) return undefined;
  return words.some((word) => NEGATIONS.has(word)) ? 'against' : 'for';
}

function shareTerm(one: string, other: string): boolean {
  const terms = new Set(termsOf(one));
  return termsOf(other).some((term) => terms.has(term));
}

function areOther(one: Set<number>, other: Set<number>): boolean {
  return one.size > 0 && other.size > 0 && ![...one].some((duration) => other.has(duration));
}
