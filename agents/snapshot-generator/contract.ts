import { z } from 'zod';
import { numbersSchema } from '../../workflows/contract/snapshot.js';
import { defineContract } from '../../workflows/contract/work-contract.js';

const answer = z.strictObject({
  title: z.string().describe('What the period was about, in a few words'),
  summary: z.string().describe('The period in two or three sentences'),
  sections: z
    .array(
      z.strictObject({
        heading: z.string(),
        text: z.string().describe('Markdown, without figures'),
        ticket_keys: z.array(z.string()).max(20).describe('The key of each ticket that it is about'),
      }),
    )
    .max(8),
});
const kept = z.strictObject({ numbers: numbersSchema });

const contract = defineContract({
  asks: { snapshot: { answer, kept } },
  deliveries: { draft: { answers: 'snapshot' } },
});
export default contract;
export type DraftedSnapshot = z.output<typeof answer> & z.output<typeof kept>;
