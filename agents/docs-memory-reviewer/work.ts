import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import type { Doc } from '../../src/platform/db/entities/doc.entity.js';
import { saveLinks } from '../../src/workspace/docs/link.store.js';
import { docOf, setReviewed } from '../../src/workspace/docs/review.store.js';
import { type Diff, diffOf, proposeDiffs } from '../../src/workspace/memories/diffs.js';
import { memoriesFor } from '../../src/workspace/memories/memories-for.store.js';
import { supersedeOfDoc } from '../../src/workspace/proposals/supersede.store.js';
import { chunksWithoutVector } from '../../src/workspace/retrieval/without-vector.store.js';
import { lineOf } from '../../src/workspace/words.js';
import {
  type AskedOf,
  defineWork,
  NOTHING_DELIVERED,
  type WorkingRun,
} from '../../src/workspace/work/agent-work.js';
import type { Delivered, OutputLink } from '../../workflows/contract/work.js';
import { type ReadOfDoc, UNREAD } from './contract.js';
import { type ReadDoc, readAgain, readDoc } from './facts.store.js';

const revision = z.int().min(1);

/** As a provider holds its model to it: closed, and every field required. */
const answer = z.strictObject({
  suggestions: z
    .array(
      z.strictObject({
        action: z.enum(['add', 'change', 'remove']),
        memory_id: z.string().nullable().describe('Of what is changed or removed'),
        text: z.string().nullable().describe('The whole text that is to be remembered; null to remove'),
        quote: z.string().describe('The words of the doc that say so, as they stand there'),
        reason: z.string(),
      }),
    )
    .max(15),
});

const review = z.strictObject({
  what: z.literal('review'),
  revision,
  since: revision.nullable(),
  unread: z.enum(UNREAD).nullable(),
  suggestions: answer.shape.suggestions.default([]),
  seen: z.array(z.strictObject({ id: z.uuid(), version: z.int() })).default([]),
});
type Review = z.output<typeof review>;

const output = z.discriminatedUnion('what', [z.strictObject({ what: z.literal('references') }), review]);
type Output = z.output<typeof output>;

/** A doc → vectors of what has none, what it refers to, and what to remember of it, as memory diffs. */
export default defineWork<Output>({
  agent: 'docs_memory_reviewer',
  gather: {
    async chunks(tx, run, { after }: { after: string | null }) {
      const { id } = await docOf(tx, run);
      return chunksWithoutVector(tx, run, { type: 'doc', ids: [id] }, after);
    },
  },
  asks: { review: { answer, facts: changedDoc } },
  output,

  async deliver(tx, run, said) {
    const doc = await docOf(tx, run, 'FOR UPDATE');
    if (said.what === 'review') return deliverReview(tx, run, doc, said);
    await saveLinks(tx, doc, { user_id: null, run_id: run.run_id });
    return { ...NOTHING_DELIVERED, outputs: [linkTo(doc)] };
  },
});

async function changedDoc(tx: EntityManager, run: WorkingRun): Promise<AskedOf> {
  const { doc, parts, gone, memories, ...shown } = await readDoc(tx, run);
  const { revision } = doc;
  const told = {
    doc: { title: doc.title },
    parts: parts.map((text) => ({ text })),
    gone: gone.map((text) => ({ text })),
    memories: memories.map(({ id, body }) => ({ id, text: body })),
  };
  return {
    which: revision,
    told: shown.unread ? null : told,
    kept: { seen: memories.map(({ id, version }) => ({ id, version })) },
    shown: { revision, ...shown } satisfies ReadOfDoc,
  };
}

async function deliverReview(tx: EntityManager, run: WorkingRun, doc: Doc, said: Review): Promise<Delivered> {
  if (doc.archived_at !== null) {
    await setReviewed(tx, doc, null);
    return { ...NOTHING_DELIVERED, superseded: await supersedeOfDoc(tx, run, doc.id, () => false) };
  }
  if (isLate(doc, said)) return NOTHING_DELIVERED;
  const read = await readAgain(tx, doc, said);
  const diffs = await diffsOf(tx, run, doc, said, read);
  const again = new Set(diffs.flatMap((diff) => (typeof diff === 'string' ? [] : [diff.dedupe_key])));
  const superseded = await supersedeOfDoc(
    tx,
    run,
    doc.id,
    ({ dedupe_key, quote }) => again.has(dedupe_key) || read.keeps(quote),
  );
  const delivered = await proposeDiffs(tx, run, diffs);
  const { length } = delivered.proposed.made;
  await setReviewed(tx, doc, said.revision);
  return {
    outputs: length > 0 ? [diffsOfRun(run, length)] : [],
    ...delivered,
    superseded,
  };
}

/** Restored, or reviewed at a later revision since it was read: another run sees more of it. */
function isLate({ reviewed_revision }: Doc, { unread, since, revision }: Review): boolean {
  if (unread === 'archived' || (since !== null && reviewed_revision === null)) return true;
  return (reviewed_revision ?? 0) > revision;
}

/** A doc is everybody’s, and so is what is remembered of it. */
async function diffsOf(
  tx: EntityManager,
  run: WorkingRun,
  { id }: Doc,
  { suggestions, seen }: Review,
  read: ReadDoc,
): Promise<Diff[]> {
  const memories = await memoriesFor(
    tx,
    run,
    false,
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

function diffsOfRun({ project_id, run_id }: WorkingRun, made: number): OutputLink {
  const href = `/api/projects/${project_id}/memory-diffs?status=any&run_id=${run_id}`;
  return { type: 'memory_diffs', href, text: `${made} memory diffs to review` };
}
