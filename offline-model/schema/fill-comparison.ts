import { type Couple, coupleIn, coupleKey } from '../text/couple.js';
import { haveOppositePolarity } from '../text/headline-polarity.js';
import { isOpposed } from '../text/opposites.js';
import { nameWords, stem } from '../text/words.js';
import type { FieldPlace } from './place.js';
import type { Json } from './types.js';

const ROLES = {
  same: 'same duplicate identical equal equivalent match matching',
  against: 'conflict conflicts contradict contradiction contradictory opposite opposed incompatible',
  apart: 'unrelated different distinct independent neither none other',
};
type Role = keyof typeof ROLES;
const WORDS = Object.entries(ROLES).map(
  ([role, words]) => [role as Role, new Set(words.split(' ').map(stem))] as const,
);

/**
 * Two things above the first threshold are about the same: one threshold for two wishes, one for other pairs. Above the
 * last one they say the same.
 */
const WISHED_OTHERWISE = 0.54;
const RELATED = 0.6;
const SAME = 0.66;

/** Compares two things in the words of the options; undefined if the options ask for something else. */
export function comparison(options: Json[], { source, work }: FieldPlace): Json | undefined {
  const roles = new Map(options.flatMap((option) => roleOf(option).map((role) => [role, option] as const)));
  if (roles.size < 2 || !(roles.has('same') || roles.has('against'))) return undefined;
  const couple = coupleIn(source);
  const likeness = couple && work.likeness.get(coupleKey(couple));
  if (likeness === undefined) return undefined;
  const { left, right } = couple as Couple;
  const opposed =
    (likeness >= WISHED_OTHERWISE && haveOppositePolarity(left, right)) ||
    (likeness >= RELATED && isOpposed(left, right));
  const role: Role = opposed ? 'against' : likeness >= SAME ? 'same' : 'apart';
  return roles.get(role) ?? roles.get('apart');
}

function roleOf(option: Json): Role[] {
  const words = typeof option === 'string' ? nameWords(option).map(stem) : [];
  return WORDS.flatMap(([role, known]) => (words.some((word) => known.has(word)) ? [role] : []));
}
