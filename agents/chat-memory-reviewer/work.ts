import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { diffOf, proposeDiffs, type Reviewed } from '../../src/workspace/memories/diffs.js';
import { likeness } from '../../src/workspace/memories/likeness.js';
import { memoriesFor } from '../../src/workspace/memories/memories-for.store.js';
import { chunksWithoutVector } from '../../src/workspace/retrieval/without-vector.store.js';
import { turnFacts, turnMessages, turnOf } from '../../src/workspace/threads/turn-facts.store.js';
import { bounded, lineOf } from '../../src/workspace/words.js';
import { type AskedOf, defineWork, type WorkingRun } from '../../src/workspace/work/agent-work.js';

/** As a provider holds its model to it: closed, and every field required. */
const answer = z.strictObject({
  suggestions: z
    .array(
      z.strictObject({
        action: z.enum(['add', 'change', 'remove']),
        about: z.enum(['person', 'project']).describe('Of what is added: for whom it is remembered'),
        memory_id: z.string().nullable().describe('Of what is changed or removed'),
        text: z.string().nullable().describe('The whole text that is to be remembered; null to remove'),
        reason: z.string(),
      }),
    )
    .max(10),
});

const output = answer.extend({ seen: z.array(z.strictObject({ id: z.uuid(), version: z.int() })) });
type Output = z.output<typeof output>;

const MOST_MEMORIES = 50;

/** A completed turn → what to remember of it, as memory diffs. */
export default defineWork<Output>({
  agent: 'chat_memory_reviewer',
  gather: {
    async chunks(tx, run, { after }: { after: string | null }) {
      const ids = await turnMessages(tx, run, await turnOf(tx, run));
      return chunksWithoutVector(tx, run, { type: 'message', ids }, after);
    },
  },
  asks: { review: { answer, facts: turnAndMemories } },
  output,

  async deliver(tx, run, { suggestions, seen }) {
    const event = await turnOf(tx, run);
    const { turn } = await turnFacts(tx, run, event);
    const sources = turn.map(({ id, text }) => ({
      type: 'message' as const,
      id,
      quote: lineOf(text, 300) || '…',
    }));
    const memories = await memoriesFor(tx, run, event.own);
    const reviewed: Reviewed = { memories, seen, sources, own: event.own };
    const diffs = suggestions.map((suggestion) => diffOf(suggestion, reviewed));
    const delivered = await proposeDiffs(tx, run, diffs);
    const href = `/api/projects/${run.project_id}/memory-diffs`;
    const { length } = delivered.proposed.made;
    return {
      outputs: length > 0 ? [{ type: 'memory_diffs', href, text: `${length} memory diffs to review` }] : [],
      ...delivered,
    };
  },
});

async function turnAndMemories(tx: EntityManager, run: WorkingRun): Promise<AskedOf> {
  const event = await turnOf(tx, run);
  const facts = await turnFacts(tx, run, event);
  if (facts.turn.length === 0) return { told: null };
  const said = facts.turn.map(({ text }) => text).join(' ');
  const ranked = (await memoriesFor(tx, run, event.own))
    .map((memory) => ({ memory, like: likeness(memory.body, said) }))
    .sort((a, b) => b.like - a.like)
    .map(({ memory }) => memory);
  const all = ranked.slice(0, MOST_MEMORIES).map(({ id, version, user_id, body }) => {
    const about = user_id === null ? 'project' : 'person';
    return { id, version, about, text: [...body].slice(0, 1000).join('') };
  });
  const memories = bounded(all, 20_000);
  return {
    told: { ...facts, memories },
    kept: { seen: memories.map(({ id, version }) => ({ id, version })) },
  };
}
