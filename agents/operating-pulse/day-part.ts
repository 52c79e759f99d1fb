import { z } from 'zod';
import { defineDayPart } from '../../workflows/contract/day-part.js';
import { shownPoints } from '../kit/reports/schemas.js';
import { workspaceCounts } from './contract.js';

export default defineDayPart({
  name: 'pulse',
  content: z.object({
    changed: z.boolean(),
    note: z.string().nullable().describe('Why there is no headline'),
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    headline: z.string().nullable(),
    points: shownPoints,
    counts: workspaceCounts,
  }),
});
