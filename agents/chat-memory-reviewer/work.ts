import type { EntityManager } from 'typeorm';
import { diffOf, proposeDiffs, type Reviewed } from '../../src/workspace/memories/diffs.js';
import { diffsLink } from '../../src/workspace/memories/diffs-link.js';
import { recallForTalk, recallLatest } from '../../src/workspace/memories/recall.store.js';
import { chunksWithoutVector } from '../../src/workspace/retrieval/without-vector.store.js';
import { turnFacts, turnMessages, turnOf } from '../../src/workspace/threads/turn-facts.store.js';
import { bounded, lineOf } from '../../src/workspace/words.js';
import { type AgentQuestion, defineWork, type WorkingRun } from '../../src/workspace/work/agent-work.js';
import type { Delivered } from '../../workflows/contract/work.js';
import contract, { type TurnReview } from './contract.js';

const MOST_MEMORIES = 50;

/** A completed turn → what to remember of it, as memory diffs. */
export default defineWork({
  agent: 'chat_memory_reviewer',
  contract,
  gather: {
    async chunks(tx, run, { after }) {
      const ids = await turnMessages(tx, run, await turnOf(tx, run));
      return chunksWithoutVector(tx, run, { type: 'message', ids }, after);
    },
  },
  ask: { review: turnAndMemories },
  deliver: { memories: proposeMemories },
});

async function proposeMemories(
  tx: EntityManager,
  run: WorkingRun,
  { suggestions, seen }: TurnReview,
): Promise<Delivered> {
  const event = await turnOf(tx, run);
  const { turn } = await turnFacts(tx, run, event);
  const sources = turn.map(({ id, text }) => ({
    type: 'message' as const,
    id,
    quote: lineOf(text, 300) || '…',
  }));
  const memories = await recallLatest(tx, scopeOf(run, event));
  const reviewed: Reviewed = { memories, seen, sources, own: event.own };
  const diffs = suggestions.map((suggestion) => diffOf(suggestion, reviewed));
  const delivered = await proposeDiffs(tx, run, diffs);
  const { length } = delivered.proposed.made;
  return {
    outputs: length > 0 ? [diffsLink(run, `${length} memory diffs to review`)] : [],
    ...delivered,
  };
}

/** The person's own memories only where the turn is that person's. */
function scopeOf(run: WorkingRun, { own }: { own: boolean }) {
  return { ...run, user_id: own ? run.user_id : null };
}

type TurnQuestion = AgentQuestion<Pick<TurnReview, 'seen'>>;

async function turnAndMemories(tx: EntityManager, run: WorkingRun): Promise<TurnQuestion> {
  const event = await turnOf(tx, run);
  const facts = await turnFacts(tx, run, event);
  if (facts.turn.length === 0) return { input: null };
  const turn_text = facts.turn.map(({ text }) => text).join(' ');
  const ranked = await recallForTalk(tx, scopeOf(run, event), turn_text);
  const all = ranked.slice(0, MOST_MEMORIES).map(({ id, version, user_id, body }) => {
    const about = user_id === null ? 'project' : 'person';
    return { id, version, about, text: [...body].slice(0, 1000).join('') };
  });
  const memories = bounded(all, 20_000);
  return {
    input: { ...facts, memories },
    kept: { seen: memories.map(({ id, version }) => ({ id, version })) },
  };
}
