import type { EntityManager } from 'typeorm';
import { setCoaching } from '../../src/workspace/daily/daily.store.js';
import { todayLink } from '../../src/workspace/daily/today-link.js';
import { proposeDiffs } from '../../src/workspace/memories/diffs.js';
import { diffsOfRun } from '../../src/workspace/memories/diffs-link.js';
import { recallLatest } from '../../src/workspace/memories/recall.store.js';
import { inboxOfRun } from '../../src/workspace/proposals/inbox-link.js';
import { proseOf } from '../../src/workspace/words.js';
import { defineWork, type WorkingRun } from '../../src/workspace/work/agent-work.js';
import type { Delivered } from '../../workflows/contract/work.js';
import contract, { type ProcessedCheckin } from './contract.js';
import { checkinFacts, checkinOf } from './facts.store.js';
import { CheckinProposals } from './proposals.js';

/** A check-in is private, so all suggestions from it are too, except those about the project's memories. */
export default defineWork({
  agent: 'today_checkin_processor',
  contract,
  ask: {
    async checkin(tx, run) {
      const { tickets, memories, ...facts } = await checkinFacts(tx, run);
      return {
        input: {
          ...facts,
          tickets: tickets.map(({ key, title, status }) => ({ key, title, status })),
          memories: memories.map(({ id, text, personal }) => ({ id, text, personal })),
        },
        kept: {
          seen: {
            tickets: tickets.map(({ id, key, status, version }) => ({ id, key, status, version })),
            memories: memories.map(({ id, version }) => ({ id, version })),
          },
        },
      };
    },
  },
  deliver: { checkin: answerCheckin },
});

async function answerCheckin(
  tx: EntityManager,
  run: WorkingRun,
  { seen, ...answer }: ProcessedCheckin,
): Promise<Delivered> {
  const { id } = await checkinOf(tx, run);
  const coaching = proseOf(answer.coaching, 10_000);
  if (coaching !== '') await setCoaching(tx, run, id, coaching);
  const ids = seen.memories.map((memory) => memory.id);
  const all = new CheckinProposals(id, seen, await recallLatest(tx, run, ids)).of(answer);
  const delivered = await proposeDiffs(tx, run, all);
  const remembered = all.some((one) => typeof one !== 'string' && one.kind.startsWith('memory_'));
  const proposed = delivered.proposed.made.length > 0;
  return {
    outputs: [
      todayLink(run, 'Coaching in Today'),
      ...(proposed ? [inboxOfRun(run, 'Suggestions')] : []),
      ...(proposed && remembered ? [diffsOfRun(run, 'What to remember')] : []),
    ],
    ...delivered,
  };
}
