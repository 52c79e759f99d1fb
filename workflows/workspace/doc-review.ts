/** Why a doc is not read to a model. */
export const UNREAD = ['archived', 'empty', 'unchanged'] as const;
export type Unread = (typeof UNREAD)[number];

/** What the review of a doc is told: passages, those that tell most first where not all of them fit. */
export interface DocFacts {
  doc: { id: string; title: string; revision: number };
  unread: Unread | null;
  /** The revision that was reviewed before; null where all of the doc is read. */
  since: number | null;
  /** As they stand in the doc now. */
  parts: string[];
  /** What it said before, and no longer does. */
  gone: string[];
  /** Passages that were too many. */
  left_out: number;
  memories: { id: string; version: number; body: string }[];
  chunks: number;
  references: number;
}
