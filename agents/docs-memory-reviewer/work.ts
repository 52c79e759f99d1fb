import type { EntityManager } from 'typeorm';
import type { Doc } from '../../src/platform/db/entities/doc.entity.js';
import { saveLinks } from '../../src/workspace/docs/link.store.js';
import { docOf, setReviewed } from '../../src/workspace/docs/review.store.js';
import { type Diff, diffOf, proposeDiffs } from '../../src/workspace/memories/diffs.js';
import { diffsOfRun } from '../../src/workspace/memories/diffs-link.js';
import { recallLatest } from '../../src/workspace/memories/recall.store.js';
import { supersedeOfDoc } from '../../src/workspace/proposals/supersede.store.js';
import { chunksWithoutVector } from '../../src/workspace/retrieval/without-vector.store.js';
import { lineOf } from '../../src/workspace/words.js';
import {
  type AgentQuestion,
  defineWork,
  NOTHING_DELIVERED,
  type WorkingRun,
} from '../../src/workspace/work/agent-work.js';
import type { Delivered, OutputLink } from '../../workflows/contract/work.js';
import contract, { type DocKept, type DocReview, type ReadOfDoc } from './contract.js';
import { type ReadDoc, readAgain, readDoc } from './facts.store.js';

/** A doc → vectors of what has none, what it refers to, and what to remember of it, as memory diffs. */
export default defineWork({
  agent: 'docs_memory_reviewer',
  contract,
  gather: {
    async chunks(tx, run, { after }) {
      const { id } = await docOf(tx, run);
      return chunksWithoutVector(tx, run, { type: 'doc', ids: [id] }, after);
    },
  },
  ask: { review: changedDoc },
  deliver: {
    async references(tx, run) {
      const doc = await docOf(tx, run, 'FOR UPDATE');
      await saveLinks(tx, doc, { user_id: null, run_id: run.run_id });
      return { ...NOTHING_DELIVERED, outputs: [linkTo(doc)] };
    },
    review: deliverReview,
  },
});

async function changedDoc(tx: EntityManager, run: WorkingRun): Promise<AgentQuestion<DocKept, ReadOfDoc>> {
  const { doc, parts, gone, memories, ...shown } = await readDoc(tx, run);
  const { revision } = doc;
  const input = {
    doc: { title: doc.title },
    parts: parts.map((text) => ({ text })),
    gone: gone.map((text) => ({ text })),
    memories: memories.map(({ id, body }) => ({ id, text: body })),
  };
  return {
    which: revision,
    input: shown.unread ? null : input,
    kept: { seen: memories.map(({ id, version }) => ({ id, version })) },
    shown: { revision, ...shown },
  };
}

async function deliverReview(tx: EntityManager, run: WorkingRun, review: DocReview): Promise<Delivered> {
  const doc = await docOf(tx, run, 'FOR UPDATE');
  if (doc.archived_at !== null) {
    await setReviewed(tx, doc, null);
    return { ...NOTHING_DELIVERED, superseded: await supersedeOfDoc(tx, run, doc.id, () => false) };
  }
  if (isLate(doc, review)) return NOTHING_DELIVERED;
  const read = await readAgain(tx, doc, review);
  const diffs = await diffsOf(tx, run, doc, review, read);
  const again = new Set(diffs.flatMap((diff) => (typeof diff === 'string' ? [] : [diff.dedupe_key])));
  const superseded = await supersedeOfDoc(
    tx,
    run,
    doc.id,
    ({ dedupe_key, quote }) => again.has(dedupe_key) || read.keeps(quote),
  );
  const delivered = await proposeDiffs(tx, run, diffs);
  const { length } = delivered.proposed.made;
  await setReviewed(tx, doc, review.revision);
  return {
    outputs: length > 0 ? [diffsOfRun(run, `${length} memory diffs to review`)] : [],
    ...delivered,
    superseded,
  };
}

/** Restored, or reviewed at a later revision since it was read: another run sees more of it. */
function isLate({ reviewed_revision }: Doc, { unread, since, revision }: DocReview): boolean {
  if (unread === 'archived' || (since !== null && reviewed_revision === null)) return true;
  return (reviewed_revision ?? 0) > revision;
}

/** A doc is everybody's, and so is what is remembered of it. */
async function diffsOf(
  tx: EntityManager,
  run: WorkingRun,
  { id }: Doc,
  { suggestions = [], seen = [] }: DocReview,
  read: ReadDoc,
): Promise<Diff[]> {
  const memories = await recallLatest(
    tx,
    { ...run, user_id: null },
    seen.map((memory) => memory.id),
  );
  return suggestions.map(({ quote: given, ...suggestion }) => {
    const quote = read.quote(given, suggestion.text ?? '');
    const source = { type: 'doc' as const, id, ...(quote ? { quote } : {}) };
    const reason = suggestion.reason.trim() || 'The doc says so.';
    const about = { ...suggestion, reason, about: 'project' as const };
    return diffOf(about, { memories, seen, sources: [source], own: false });
  });
}

function linkTo({ id, title }: Doc): OutputLink {
  return { type: 'doc', href: `/api/docs/${id}`, text: lineOf(title, 200) };
}
