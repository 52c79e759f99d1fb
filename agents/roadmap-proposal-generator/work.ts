import type { EntityManager } from 'typeorm';
import { inboxLink } from '../../src/workspace/proposals/inbox-link.js';
import { proposeAll } from '../../src/workspace/proposals/propose.js';
import { supersedeEarlier } from '../../src/workspace/proposals/supersede.store.js';
import { roadmapFacts } from '../../src/workspace/roadmap/facts.store.js';
import { epicTitles } from '../../src/workspace/roadmap/roadmap.store.js';
import { NamedTickets } from '../../src/workspace/tickets/named-tickets.js';
import { lineOf, normalised, normalisedDigest, proseOf } from '../../src/workspace/words.js';
import { defineWork, type WorkingRun } from '../../src/workspace/work/agent-work.js';
import type { NewProposal } from '../../workflows/contract/proposal.js';
import type { Delivered } from '../../workflows/contract/work.js';
import contract, { type RoadmapAnswer } from './contract.js';

type Roadmap = RoadmapAnswer & { roadmap_version: number };

/** Goals and what there is → a summary and epics, as proposals that take the place of its earlier ones. */
export default defineWork({
  agent: 'roadmap_proposal_generator',
  contract,
  ask: {
    async roadmap(tx, run) {
      const { goals } = run.input as { goals: string };
      const facts = await roadmapFacts(tx, run);
      return { input: { goals, ...facts }, kept: { roadmap_version: facts.roadmap.version } };
    },
  },
  deliver: { roadmap: proposeRoadmap },
});

async function proposeRoadmap(tx: EntityManager, run: WorkingRun, answer: Roadmap): Promise<Delivered> {
  const named = await NamedTickets.among(tx, run, answer);
  const titles = await epicTitles(tx, run);
  const there = new Set(titles.map(normalised));
  const titled = answer.epics.filter(({ title }) => normalised(title) !== '');
  const epics = titled.filter(({ title }) => !there.has(normalised(title)));
  const proposals = [...summaryOf(run, answer, named), ...epics.map((epic) => epicOf(epic, named))];
  await supersedeEarlier(tx, run, [...new Set(proposals.map(({ kind }) => kind))]);
  const proposed = await proposeAll(tx, run, proposals);
  const known = proposed.known + titled.length - epics.length;
  return {
    outputs: [
      inboxLink(run, `${proposed.made.length} proposals for the roadmap`),
      { type: 'roadmap', href: `/api/projects/${run.project_id}/roadmap`, text: 'The roadmap' },
    ],
    proposed: { ...proposed, known },
    dropped: named.unknown + answer.epics.length - titled.length,
  };
}

function summaryOf(run: WorkingRun, answer: Roadmap, named: NamedTickets): NewProposal[] {
  const summary = proseOf(named.held(answer.summary), 20_000);
  if (summary === '') return [];
  const proposal: NewProposal = {
    kind: 'roadmap_summary',
    title: "Write the roadmap's summary",
    reason: proseOf(named.held(answer.reason), 2000) || 'It follows from the goals.',
    change: { summary },
    target: { type: 'roadmap', id: run.project_id, version: answer.roadmap_version },
    sources: [],
    dedupe_key: `roadmap_summary/${normalisedDigest(summary)}`,
  };
  return [proposal];
}

function epicOf({ ticket_keys, ...epic }: RoadmapAnswer['epics'][number], named: NamedTickets): NewProposal {
  const title = lineOf(named.held(epic.title), 200);
  const goal = proseOf(named.held(epic.goal), 5000) || title;
  const ticket_ids = named.idsOf(ticket_keys);
  return {
    kind: 'epic_new',
    title: `Add the epic: ${title}`,
    reason: proseOf(named.held(epic.reason), 2000) || goal,
    change: { title, goal, ticket_ids },
    target: null,
    sources: ticket_ids.slice(0, 50).map((id) => ({ type: 'ticket', id })),
    dedupe_key: `epic_new/${normalisedDigest(title)}`,
  };
}
