import { z } from 'zod';
import type { Point } from '../kit/reports/known-runs.js';

const count = z.int().min(0);

/** What changed in a project's workspace, in figures; of check-ins only those of the pulse's person. */
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

/** What a pulse leaves in Today. */
export interface PulseShown {
  changed: boolean;
  note: string | null;
  since: string;
  until: string;
  headline: string | null;
  points: Point[];
  counts: WorkspaceCounts;
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
