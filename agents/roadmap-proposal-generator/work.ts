import { createHash } from 'node:crypto';
import { z } from 'zod';
import { proposeAll } from '../../src/workspace/proposals/propose.js';
import { supersedeEarlier } from '../../src/workspace/proposals/supersede.store.js';
import { roadmapFacts } from '../../src/workspace/roadmap/facts.store.js';
import { epicTitles } from '../../src/workspace/roadmap/roadmap.store.js';
import { NamedTickets } from '../../src/workspace/tickets/named-tickets.js';
import { lineOf, normalised, proseOf } from '../../src/workspace/words.js';
import { defineWork, type WorkingRun } from '../../src/workspace/work/agent-work.js';
import type { NewProposal } from '../../workflows/contract/proposal.js';

/** As a provider holds its model to it: closed, and every field required. */
const answer = z.strictObject({
  summary: z.string().describe('Where the project is going, as markdown of a few sentences'),
  reason: z.string().describe('Why the roadmap should say so'),
  epics: z
    .array(
      z.strictObject({
        title: z.string(),
        goal: z.string().describe('What is true once it is done'),
        ticket_keys: z.array(z.string()).max(100).describe('The key of each ticket that belongs to it'),
        reason: z.string(),
      }),
    )
    .max(12),
});

const output = answer.extend({ roadmap_version: z.int().min(0) });
type Output = z.output<typeof output>;

/** Goals and what there is → a summary and epics, as proposals that take the place of its earlier ones. */
export default defineWork<Output>({
  agent: 'roadmap_proposal_generator',
  asks: {
    roadmap: {
      answer,
      async facts(tx, run) {
        const { goals } = run.input as { goals: string };
        const facts = await roadmapFacts(tx, run);
        return { told: { goals, ...facts }, kept: { roadmap_version: facts.roadmap.version } };
      },
    },
  },
  output,

  async deliver(tx, run, said) {
    const named = await NamedTickets.among(tx, run, said);
    const titles = await epicTitles(tx, run);
    const there = new Set(titles.map(normalised));
    const titled = said.epics.filter(({ title }) => normalised(title) !== '');
    const epics = titled.filter(({ title }) => !there.has(normalised(title)));
    const proposals = [...summaryOf(run, said, named), ...epics.map((epic) => epicOf(epic, named))];
    await supersedeEarlier(tx, run, [...new Set(proposals.map(({ kind }) => kind))]);
    const proposed = await proposeAll(tx, run, proposals);
    const known = proposed.known + titled.length - epics.length;
    return {
      outputs: [
        {
          type: 'inbox',
          href: `/api/projects/${run.project_id}/inbox`,
          text: `${proposed.made.length} proposals for the roadmap`,
        },
        { type: 'roadmap', href: `/api/projects/${run.project_id}/roadmap`, text: 'The roadmap' },
      ],
      proposed: { ...proposed, known },
      dropped: named.unknown + said.epics.length - titled.length,
    };
  },
});

function summaryOf(run: WorkingRun, said: Output, named: NamedTickets): NewProposal[] {
  const summary = proseOf(named.held(said.summary), 20_000);
  if (summary === '') return [];
  const proposal: NewProposal = {
    kind: 'roadmap_summary',
    title: 'Write the roadmap’s summary',
    reason: proseOf(named.held(said.reason), 2000) || 'It follows from the goals.',
    change: { summary },
    target: { type: 'roadmap', id: run.project_id, version: said.roadmap_version },
    sources: [],
    dedupe_key: `roadmap_summary/${createHash('sha256').update(normalised(summary)).digest('hex')}`,
  };
  return [proposal];
}

function epicOf({ ticket_keys, ...epic }: Output['epics'][number], named: NamedTickets): NewProposal {
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
    dedupe_key: `epic_new/${createHash('sha256').update(normalised(title)).digest('hex')}`,
  };
}
