import { z } from 'zod';
import { defineDayPart } from '../../workflows/contract/day-part.js';
import { RELATION_KINDS } from '../../workflows/contract/ticket.js';
import { scanFound } from './contract.js';

export default defineDayPart({
  name: 'scan',
  content: scanFound.omit({ proposals: true }).extend({
    note: z.string().nullable(),
    found: z.array(
      z.object({
        relation: z.enum(RELATION_KINDS),
        ticket: z.string(),
        other: z.string(),
        proposal_id: z.uuid(),
        href: z.string(),
      }),
    ),
    inbox: z.string(),
  }),
});
