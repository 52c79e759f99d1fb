import type { EntityManager } from 'typeorm';
import { memberIds } from '../../src/platform/auth/project-member.store.js';
import { sessionsOf } from '../../src/workspace/daily/daily.store.js';
import { partIn, setPart } from '../../src/workspace/daily/day-part.store.js';
import { todayLink } from '../../src/workspace/daily/today-link.js';
import { inboxOfRun } from '../../src/workspace/proposals/inbox-link.js';
import { proposeAll } from '../../src/workspace/proposals/propose.js';
import { supersedeKeys } from '../../src/workspace/proposals/supersede.store.js';
import { findSpace } from '../../src/workspace/retrieval/space.store.js';
import { defineWork, NOTHING_DELIVERED, type WorkingRun } from '../../src/workspace/work/agent-work.js';
import type { VectorSpace } from '../../workflows/contract/retrieval.js';
import type { Delivered } from '../../workflows/contract/work.js';
import contract, { type JudgedBatch } from './contract.js';
import dayPart from './day-part.js';
import { keepVerdicts, nextBatch, ticketsOf } from './pair.store.js';
import { pairKey } from './pairs.js';
import { relationProposal, verdictsOf } from './relation-proposals.js';
import { forgetPairs, lockConflicts, lookAt, prunePairs, toDo, unseenTickets } from './scan.store.js';
import { scanResultOf, shownOf } from './scan-result.store.js';

/** Candidate pairs by meaning and words → what a model says of them, as proposals; what it found, in Today. */
export default defineWork({
  agent: 'ticket_conflict_scanner',
  contract,
  gather: {
    todo: (tx, run) => toDo(tx, run),
    unseen: async (tx, run, { space }) => unseenTickets(tx, run, await idOf(tx, space)),
    found: (tx, run) => scanResultOf(tx, run),
  },
  ask: {
    async pairs(tx, run) {
      const { key, pairs, seen, waiting } = await nextBatch(tx, run);
      return {
        which: key,
        input: pairs.length === 0 ? null : { pairs },
        kept: { pairs: seen },
        shown: { pairs: pairs.length, waiting },
      };
    },
  },
  deliver: {
    async forget(tx, run) {
      await lockConflicts(tx, run);
      await forgetPairs(tx, run);
      return NOTHING_DELIVERED;
    },
    async prune(tx, run) {
      await lockConflicts(tx, run);
      await prunePairs(tx, run);
      return NOTHING_DELIVERED;
    },
    async look(tx, run, { ticket_ids, space }) {
      await lockConflicts(tx, run);
      await lookAt(tx, run, ticket_ids, await idOf(tx, space));
      return NOTHING_DELIVERED;
    },
    judge,
    tell,
  },
});

async function idOf(tx: EntityManager, of: VectorSpace | null): Promise<number | null> {
  return of && findSpace(tx, of);
}

async function judge(
  tx: EntityManager,
  run: WorkingRun,
  { pairs, verdicts }: JudgedBatch,
): Promise<Delivered> {
  await lockConflicts(tx, run);
  const { judged, dropped } = verdictsOf(pairs, verdicts);
  await keepVerdicts(
    tx,
    run,
    judged.map(({ pair, said }) => ({ pair, verdict: said?.verdict ?? null })),
  );
  const tickets = await ticketsOf(
    tx,
    run,
    pairs.flatMap(({ first, second }) => [first.id, second.id]),
  );
  const proposed = await proposeAll(
    tx,
    run,
    judged.flatMap(({ pair, said }) => (said && relationProposal(pair, said, tickets)) ?? []),
  );
  const unrelated = judged.filter(({ said }) => said?.verdict === 'unrelated');
  await supersedeKeys(
    tx,
    run,
    unrelated.map(({ pair }) => pairKey(pair.first.id, pair.second.id)),
  );
  return { outputs: [], proposed, dropped };
}

/** The result goes into the session of the run's person; a nightly run is for nobody, and goes to every member. */
async function tell(
  tx: EntityManager,
  run: WorkingRun,
  { note }: { note: string | null },
): Promise<Delivered> {
  await lockConflicts(tx, run);
  const result = await scanResultOf(tx, run);
  const shown = await shownOf(tx, run, result, note);
  const readers = run.user_id === null ? await memberIds(tx, run) : [run.user_id];
  const sessions = await sessionsOf(tx, run, readers, run.moment, 'FOR UPDATE');
  // A scan that found nothing leaves what an earlier scan of the day has found.
  const news = result.proposals.length > 0;
  const open = sessions.filter((session) => news || (partIn(session, dayPart)?.found ?? []).length === 0);
  await setPart(tx, run, open, dayPart, shown);
  return {
    ...NOTHING_DELIVERED,
    outputs: [
      ...(news ? [inboxOfRun(run, `${result.proposals.length} duplicates and conflicts to review`)] : []),
      ...(readers.length > 0 ? [todayLink(run, 'The scan in Today')] : []),
    ],
  };
}
