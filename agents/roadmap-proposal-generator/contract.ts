import { z } from 'zod';
import { defineContract } from '../../workflows/contract/work-contract.js';

const answer = z.strictObject({
  summary: z.string().describe('Where the project is going, as markdown of a few sentences'),
  reason: z.string().describe('Why the roadmap should say so'),
  epics: z
    .array(
      z.strictObject({
        title: z.string(),
        goal: z.string().describe('What is true once it is done'),
        ticket_keys: z.array(z.string()).max(100).describe('The key of each ticket that belongs to it'),
        reason: z.string(),
      }),
    )
    .max(12),
});
export type RoadmapAnswer = z.output<typeof answer>;

const contract = defineContract({
  asks: { roadmap: { answer, kept: z.strictObject({ roadmap_version: z.int().min(0) }) } },
  deliveries: { roadmap: { answers: 'roadmap' } },
});
export default contract;
