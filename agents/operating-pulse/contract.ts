import { z } from 'zod';
import { projectChanges } from '../../workflows/contract/reports.js';
import { type DeliveryOutput, defineContract } from '../../workflows/contract/work-contract.js';
import { points } from '../kit/reports/schemas.js';

const count = z.int().min(0);

/** Figures of the changes in a project's workspace; check-ins count only if they belong to the pulse's person. */
export const workspaceCounts = z.object({
  tickets_changed: count,
  tickets_blocked: count.describe('Of those that changed'),
  docs_written: count,
  messages: count,
  checkins: count.describe('Of the person whom the pulse is for'),
});
export type WorkspaceCounts = z.output<typeof workspaceCounts>;

export interface WorkspaceChanges {
  counts: WorkspaceCounts;
  /** The latest of each, shortened. */
  tickets: { key: string; title: string; status: string }[];
  docs: { title: string }[];
}

export function countLines(counts: WorkspaceCounts): string[] {
  const {
    tickets_changed: tickets,
    tickets_blocked: blocked,
    docs_written: docs,
    messages,
    checkins,
  } = counts;
  return [
    `tickets that changed: ${tickets}, of which blocked: ${blocked}`,
    `docs written: ${docs}; messages: ${messages}; your check-ins: ${checkins}`,
  ];
}

const answer = z.strictObject({
  headline: z.string().describe('One sentence: what matters most'),
  points: points.describe('What matters, the most urgent first'),
});
const kept = z.strictObject({ ticket_keys: z.array(z.string()) });
export type PulseKept = z.output<typeof kept>;

const contract = defineContract({
  gathers: {
    counts: { args: z.object({ since: z.iso.datetime(), until: z.iso.datetime() }), facts: workspaceCounts },
  },
  asks: { pulse: { args: z.strictObject({ changes: projectChanges }), answer, kept } },
  deliveries: {
    pulse: {
      given: z.strictObject({ changes: projectChanges, counts: workspaceCounts, changed: z.boolean() }),
      answers: 'pulse',
      answer_optional: true,
    },
  },
});
export default contract;
export type Pulse = DeliveryOutput<typeof contract, 'pulse'>;
