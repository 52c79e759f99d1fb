import { z } from 'zod';
import { defineDayPart } from '../../workflows/contract/day-part.js';
import { shownPoints } from '../kit/reports/schemas.js';
import { reviewCounts, reviewWords } from './contract.js';

export default defineDayPart({
  name: 'review',
  content: reviewWords.extend({
    needs_attention: shownPoints,
    active: z.boolean(),
    note: z.string().nullable().describe('Why there are no words'),
    day: z.iso.date(),
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    as_of: z.iso.datetime(),
    counts: reviewCounts,
  }),
});
