import { ApplicationFailure } from '@temporalio/common';
import type { EntityManager } from 'typeorm';
import { inboxLink } from '../../src/workspace/proposals/inbox-link.js';
import { lockProposals } from '../../src/workspace/proposals/proposal.store.js';
import { proposeAll } from '../../src/workspace/proposals/propose.js';
import { periodFacts } from '../../src/workspace/snapshots/facts.store.js';
import { numbersOf } from '../../src/workspace/snapshots/numbers.store.js';
import {
  draftSnapshot,
  findSnapshot,
  periodTitle,
  type Snapshot,
} from '../../src/workspace/snapshots/snapshot.store.js';
import { NamedTickets } from '../../src/workspace/tickets/named-tickets.js';
import { lineOf, proseOf } from '../../src/workspace/words.js';
import { defineWork, type WorkingRun } from '../../src/workspace/work/agent-work.js';
import type { Delivered } from '../../workflows/contract/work.js';
import contract, { type DraftedSnapshot } from './contract.js';

/** The period of one snapshot → its draft, and the proposal to publish it. */
export default defineWork({
  agent: 'snapshot_generator',
  contract,
  ask: {
    async snapshot(tx, run) {
      const { id, title, from_day, to_day } = await toDraft(tx, run);
      const numbers = await numbersOf(tx, run, from_day, to_day);
      const facts = await periodFacts(tx, run, from_day, to_day);
      return { input: { snapshot: { id, title, from_day, to_day }, numbers, ...facts }, kept: { numbers } };
    },
  },
  deliver: { draft },
});

async function draft(tx: EntityManager, run: WorkingRun, answer: DraftedSnapshot): Promise<Delivered> {
  // Accepting a proposal locks the project's proposals before the snapshot. In another order the two would wait for
  // each other.
  await lockProposals(tx, run.project_id);
  const { id, title, from_day, to_day } = await toDraft(tx, run, 'FOR UPDATE');
  const named = await NamedTickets.among(tx, run, answer);
  const body = bodyOf(answer, named);
  const own = title === periodTitle(from_day, to_day) ? lineOf(named.held(answer.title), 200) : '';
  const tickets = named.idsOf(answer.sections.flatMap(({ ticket_keys }) => ticket_keys)).slice(0, 50);
  const change = { ...(own ? { title: own } : {}), body, numbers: answer.numbers };
  const version = await draftSnapshot(tx, run, id, change);
  const proposed = await proposeAll(tx, run, [
    {
      kind: 'snapshot',
      title: `Publish the snapshot: ${own || title}`,
      reason: lineOf(named.held(answer.summary), 1000) || `It was drafted for ${from_day} to ${to_day}.`,
      change: {},
      target: { type: 'snapshot', id, version },
      sources: tickets.map((ticket) => ({ type: 'ticket', id: ticket })),
      dedupe_key: `snapshot/${id}`,
    },
  ]);
  return {
    outputs: [
      { type: 'snapshot', href: `/api/snapshots/${id}`, text: own || title },
      inboxLink(run, 'Review the draft'),
    ],
    proposed,
    dropped: named.unknown,
  };
}

/** The words alone: the numbers stand beside them. */
function bodyOf({ summary, sections }: DraftedSnapshot, named: NamedTickets): string {
  const parts = sections.map(({ heading, text }) => {
    const [head, words] = [lineOf(named.held(heading), 200), proseOf(named.held(text), 5000)];
    return head && words ? `## ${head}\n\n${words}` : words;
  });
  const body = [proseOf(named.held(summary), 5000), ...parts].filter((part) => part !== '').join('\n\n');
  return body || 'There is nothing to tell of this period.';
}

/** The run's snapshot, which nobody has decided of. */
async function toDraft(tx: EntityManager, run: WorkingRun, lock: 'FOR UPDATE' | '' = ''): Promise<Snapshot> {
  const { snapshot_id } = run.input as { snapshot_id: string };
  const snapshot = await findSnapshot(tx, run, snapshot_id, lock);
  if (snapshot?.project_id !== run.project_id)
    throw ApplicationFailure.nonRetryable(`There is no snapshot ${snapshot_id}.`, 'not_found');
  if (snapshot.status === 'published' || snapshot.status === 'rejected')
    throw ApplicationFailure.nonRetryable(`The snapshot was ${snapshot.status} already.`, 'already_decided');
  return snapshot;
}
