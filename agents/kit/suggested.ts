import { z } from 'zod';
import type { Became } from '../../workflows/contract/work.js';

const count = z.int().min(0);

/** The outcome of a run's suggestions, as its result keeps it. */
export const suggested = {
  proposals: z.array(z.uuid()).describe('Those it made'),
  accepted: count.describe('Of these, accepted at once by the settings of the binding'),
  known: count.describe('Left out: waiting already, or decided before'),
  dropped: count.describe('Left out: what the model referred to does not exist'),
};

export function whatBecame({ proposed, dropped }: Became) {
  const { made = [], accepted = [], known = 0 } = proposed ?? {};
  return { proposals: made, accepted: accepted.length, known, dropped };
}
