import type { EntityManager } from 'typeorm';
import type { Doc } from '../../src/platform/db/entities/doc.entity.js';
import { fitting, passagesOf, passagesSince } from '../../src/workspace/docs/passages.js';
import { quoteIn, wordsIn } from '../../src/workspace/docs/quote.js';
import { countsOf, docOf, docTextAt } from '../../src/workspace/docs/review.store.js';
import { recallForPassages } from '../../src/workspace/memories/recall.store.js';
import { bounded } from '../../src/workspace/words.js';
import type { WorkingRun } from '../../src/workspace/work/agent-work.js';
import type { ReadOfDoc, Unread } from './contract.js';

const MOST_PARTS_BYTES = 40_000;
const MOST_GONE_BYTES = 8000;
const MOST_MEMORIES_BYTES = 16_000;

/** The facts for the review of a doc. If not all passages fit, the most telling ones come first. */
interface DocFacts extends Omit<ReadOfDoc, 'revision'> {
  doc: { id: string; title: string; revision: number };
  /** The passages as the doc has them now. */
  parts: string[];
  /** Passages of the earlier revision that the doc no longer has. */
  gone: string[];
  memories: { id: string; version: number; body: string }[];
}

/** Reads the changes since the last review; the first time, or if a person asks for it, the whole doc. */
export async function readDoc(tx: EntityManager, run: WorkingRun): Promise<DocFacts> {
  const { extract = false } = run.input as { extract?: boolean };
  const doc = await docOf(tx, run);
  const { id, title, revision, reviewed_revision } = doc;
  const since = extract ? null : reviewed_revision;
  const { parts, gone } = passagesSince(await docTextAt(tx, doc, since), doc);
  const unread = whyUnread(doc, parts.length + gone.length === 0);
  const passages = unread ? [] : fitting(parts, MOST_PARTS_BYTES);
  const recalled = unread ? [] : await recallForPassages(tx, run, id, passages);
  const memories = recalled.map(({ id, version, body }) => ({
    id,
    version,
    body: [...body].slice(0, 1000).join(''),
  }));
  return {
    doc: { id, title, revision },
    unread,
    since,
    parts: passages.map(({ text }) => text),
    gone: unread ? [] : bounded(gone, MOST_GONE_BYTES),
    left_out: unread ? 0 : parts.length - passages.length,
    memories: bounded(memories, MOST_MEMORIES_BYTES),
    ...(await countsOf(tx, doc)),
  };
}

function whyUnread({ archived_at, body }: Doc, same: boolean): Unread | null {
  if (archived_at !== null) return 'archived';
  if (body.trim() === '') return 'empty';
  return same ? 'unchanged' : null;
}

/** The facts that the model got, as far as a review is checked against them. */
export interface ReadDoc {
  quote(given: string, suggestion: string): string;
  /** A suggestion with this quote still holds if the doc contains the quote and the model did not get it again. */
  keeps(quote: string | null): boolean;
}

/** Reads the same passages as the question did. */
export async function readAgain(
  tx: EntityManager,
  doc: Doc,
  { revision, since }: { revision: number; since: number | null },
): Promise<ReadDoc> {
  const now = (await docTextAt(tx, doc, revision)) ?? doc;
  const passages = fitting(passagesSince(await docTextAt(tx, doc, since), now).parts, MOST_PARTS_BYTES);
  const parts = passages.map(({ text }) => text);
  const [stands, wasGiven] = [wordsIn(passagesOf(now).map(({ text }) => text)), wordsIn(parts)];
  return {
    quote: (given, suggestion) => quoteIn(parts, given, suggestion),
    keeps: (quote) => (quote === null ? since !== null : stands(quote) && !wasGiven(quote)),
  };
}
