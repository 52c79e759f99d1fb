/** Why a doc is not read to a model. */
export const UNREAD = ['archived', 'empty', 'unchanged'] as const;
export type Unread = (typeof UNREAD)[number];

/** What the flow is shown of a doc that was read: no text of it. */
export interface ReadOfDoc {
  revision: number;
  unread: Unread | null;
  /** The revision that was reviewed before; null where all of the doc is read. */
  since: number | null;
  /** Passages that were too many. */
  left_out: number;
  chunks: number;
  references: number;
}
