import type { EntityManager } from 'typeorm';
import { withMessages } from '../../src/engine/reports/with-messages.store.js';
import { PostgresFileStore } from '../../src/engine/runs/file.store.js';
import { sessionOf } from '../../src/workspace/daily/daily.store.js';
import { partIn, setPart } from '../../src/workspace/daily/day-part.store.js';
import { todayLink } from '../../src/workspace/daily/today-link.js';
import { inboxOfRun } from '../../src/workspace/proposals/inbox-link.js';
import { proposeAll } from '../../src/workspace/proposals/propose.js';
import {
  type AgentQuestion,
  defineWork,
  NOTHING_DELIVERED,
  type WorkingRun,
} from '../../src/workspace/work/agent-work.js';
import type { DayPartContent } from '../../workflows/contract/day-part.js';
import type { ProjectDay } from '../../workflows/contract/reports.js';
import type { Delivered } from '../../workflows/contract/work.js';
import { KnownRuns, ticketKeysIn } from '../kit/reports/known-runs.js';
import contract, {
  heldAnswer,
  isPersonal,
  NOTHING_SAID,
  type Review,
  type ReviewAnswer,
  type ReviewKept,
  toldOf,
  wordsOfReview,
} from './contract.js';
import dayPart from './day-part.js';
import { reviewFacts, reviewFigures } from './facts.store.js';
import { reviewPage } from './page.js';
import { ReviewProposals } from './proposals.js';

type ReviewShown = DayPartContent<typeof dayPart>;

/** A day → the review in its person's session, and what could be done as proposals to that person alone. */
export default defineWork({
  agent: 'proactive_daily_review',
  contract,
  gather: { figures: reviewFigures },
  ask: { review: dayToTell },
  deliver: { review: deliverReview },
});

async function deliverReview(
  tx: EntityManager,
  run: WorkingRun,
  given: Review,
  model: string | null,
): Promise<Delivered> {
  const { facts, active, as_of, counts, tickets = [], personal = false, ticket_keys = [] } = given;
  const { day, since, until } = facts;
  const known = new KnownRuns(toldRuns(facts), ticket_keys);
  const answer =
    given.summary === undefined ? NOTHING_SAID : heldAnswer(answerOf(given, given.summary), known);
  const quiet = active ? null : `Nothing happened on ${day}, and nothing waits.`;
  const note = quiet ?? (personal ? PERSONAL : null);
  const words = wordsOfReview(personal ? NOTHING_SAID : answer);
  const page = reviewPage(facts, { counts, tickets }, { note, words, model: personal ? null : model });
  await new PostgresFileStore(tx).write(run.run_id, [page]);
  const result = { note, ...words, unknown_ids: known.unknown_ids, workspace: counts };
  if (run.user_id === null) return { ...NOTHING_DELIVERED, result };
  const review = { active, note: quiet, day, since, until, as_of, ...wordsOfReview(answer), counts };
  const session = await sessionOf(tx, run, run.user_id, run.moment, 'FOR UPDATE');
  if (isNews(partIn(session, dayPart), review)) await setPart(tx, run, [session], dayPart, review);
  const { suggestions, ticket_actions } = answer;
  const run_ids = toldRuns(facts).map(({ run_id }) => run_id);
  const proposals = await ReviewProposals.for(tx, run, { suggestions, ticket_actions, tickets, run_ids });
  const all = proposals.all();
  const suggested = all.filter((one) => one !== null);
  const proposed = await proposeAll(tx, run, suggested);
  return {
    outputs: [
      todayLink(run, 'The review in Today'),
      ...(proposed.made.length > 0 ? [inboxOfRun(run, 'Suggestions')] : []),
    ],
    proposed,
    dropped: all.length - suggested.length + proposals.unknown,
    result,
  };
}

function answerOf(
  { went_well = [], needs_attention = [], suggestions = [], ticket_actions = [] }: Review,
  summary: string,
): ReviewAnswer {
  return { summary, went_well, needs_attention, suggestions, ticket_actions };
}

const PERSONAL = 'It speaks of what its person planned and wrote, and so its words stand in Today alone.';

async function dayToTell(
  tx: EntityManager,
  run: WorkingRun,
  { facts: day }: { facts: ProjectDay },
): Promise<AgentQuestion<ReviewKept>> {
  const { failures, ...facts } = await withMessages(tx, run, day);
  const workspace = await reviewFacts(tx, run, day);
  const { as_of, counts, tickets } = workspace;
  const input = { ...facts, failures: failures.listed, workspace: toldOf(workspace) };
  const personal = isPersonal(workspace);
  return { input, kept: { as_of, counts, tickets, personal, ticket_keys: ticketKeysIn(input) } };
}

function toldRuns({ failures, durations }: ProjectDay): { run_id: string }[] {
  return [...failures.listed, ...(durations ? [durations.longest] : [])];
}

/** A run that comes late takes no newer review's place: that of a later day, or of the same day as it was later. */
function isNews(before: ReviewShown | null, { day, as_of }: ReviewShown): boolean {
  if (before === null) return true;
  if (day !== before.day) return day > before.day;
  return Date.parse(as_of) >= Date.parse(before.as_of);
}
