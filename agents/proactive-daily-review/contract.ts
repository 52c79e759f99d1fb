import { z } from 'zod';
import { projectDay } from '../../workflows/contract/reports.js';
import { TICKET_STATUSES } from '../../workflows/contract/ticket.js';
import { type TicketAction, ticketAction } from '../../workflows/contract/ticket-action.js';
import { type DeliveryOutput, defineContract } from '../../workflows/contract/work-contract.js';
import type { KnownRuns } from '../kit/reports/known-runs.js';
import { escapeMarkdown } from '../kit/reports/page.js';
import { points } from '../kit/reports/schemas.js';

/** A ticket that is to be done and was not touched for so long is stale. */
export const STALE_DAYS = 7;

const count = z.int().min(0);

/** Figures of a day in a project's workspace, and of its open work. */
export const reviewCounts = z.object({
  tickets_opened: count,
  tickets_ended: count,
  tickets_blocked: count.describe('Now, whenever it was that they were'),
  tickets_stale: count.describe(`Open or in progress, and not touched for ${STALE_DAYS} days`),
  docs_written: count,
  messages: count,
  checkins: count.describe('Of the person whom the review is for'),
  proposals_waiting: count.describe('For the project'),
  proposals_waiting_for_you: count.describe('For that person alone'),
});
type ReviewCounts = z.output<typeof reviewCounts>;

/** The first that holds of these. */
const STANDINGS = ['blocked', 'stale', 'ended', 'opened'] as const;

const reviewedTicket = z.strictObject({
  id: z.uuid(),
  key: z.string(),
  title: z.string(),
  status: z.enum(TICKET_STATUSES),
  version: z.int().min(1),
  standing: z.enum(STANDINGS),
  days: count.describe('Of what is blocked, for how long; of what is stale, since it was touched'),
  assigned: z.enum(['you', 'somebody else', 'nobody']),
});
export type ReviewedTicket = z.output<typeof reviewedTicket>;

/** Extracts, the most relevant first: of tickets the person's own, of proposals those that have waited longest. */
export interface ReviewedWorkspace {
  as_of: string;
  counts: ReviewCounts;
  plan: string | null;
  checkins: string[];
  tickets: ReviewedTicket[];
  docs: { title: string }[];
  /** A proposal for one person has no title here, because the title may describe that person. */
  proposals: { kind: string; title: string | null; agent: string; days: number }[];
}

/** The flow of a review decides by these. */
const reviewFigures = z.strictObject({ as_of: z.iso.datetime(), counts: reviewCounts, planned: z.boolean() });
export type ReviewFigures = z.output<typeof reviewFigures>;

const sentences = z.array(z.string()).max(5);

const reviewAnswer = z.strictObject({
  summary: z.string().describe('What happened, in two or three sentences'),
  went_well: sentences.describe('What went well, one sentence each'),
  needs_attention: points.describe('What a person should look at, each with the run_id of its runs'),
  suggestions: z
    .array(
      z.strictObject({
        text: z.string().describe('What could be done, in one sentence'),
        reason: z.string().describe('Why, in one sentence'),
        ticket_keys: z.array(z.string()).max(20).describe('The key of each ticket that it is about'),
        run_ids: z.array(z.string()).max(20).describe('The run_id of each run that it is about'),
      }),
    )
    .max(5),
  ticket_actions: z.array(ticketAction).max(10),
});
export type ReviewAnswer = z.output<typeof reviewAnswer>;

/** The model's words, checked against the facts it got. */
export const reviewWords = z.object({
  summary: z.string().nullable(),
  went_well: sentences,
  needs_attention: points,
  suggestions: sentences,
});
export type ReviewWords = z.output<typeof reviewWords>;

export const NOTHING_SAID: Held = {
  summary: null,
  went_well: [],
  needs_attention: [],
  suggestions: [],
  ticket_actions: [],
};
type Held = Omit<ReviewAnswer, 'summary'> & { summary: string | null };

/** The suggestions, with everything they may refer to. */
export interface Suggesting extends Pick<ReviewAnswer, 'suggestions'> {
  ticket_actions: TicketAction[];
  tickets: ReviewedTicket[];
  run_ids: string[];
}

/** The facts for the model: tickets by their key, and no more about a person than was gathered. */
export function toldOf({ tickets, as_of: _, ...workspace }: ReviewedWorkspace) {
  return { ...workspace, tickets: tickets.map(({ id: _id, version: _version, ...ticket }) => ticket) };
}

/** A review is personal if it holds a plan or check-ins. */
export function isPersonal({ plan, checkins }: ReviewedWorkspace): boolean {
  return plan !== null || checkins.length > 0;
}

/** The answer, without the ids and keys that the model was not told. */
export function heldAnswer(answer: ReviewAnswer, known: KnownRuns): Held {
  const line = (text: string) => known.line(text);
  return {
    summary: line(answer.summary),
    went_well: answer.went_well.map(line),
    needs_attention: known.points(answer.needs_attention),
    suggestions: answer.suggestions.map(({ text, reason, ...about }) => ({
      ...about,
      text: line(text),
      reason: line(reason),
    })),
    ticket_actions: answer.ticket_actions.map(({ comment, reason, ...action }) => ({
      ...action,
      comment: comment && line(comment),
      reason: line(reason),
    })),
  };
}

export function wordsOfReview({ suggestions, ticket_actions: _, ...words }: Held): ReviewWords {
  return { ...words, suggestions: suggestions.map(({ text }) => text) };
}

export function waitingLines(tickets: readonly ReviewedTicket[]): string[] {
  return tickets
    .filter(({ standing }) => standing === 'blocked' || standing === 'stale')
    .map(
      ({ key, title, standing, days }) => `\`${key}\` ${escapeMarkdown(title)}: ${standing} for ${days} days`,
    );
}

export function reviewLines(counts: ReviewCounts): string[] {
  return [
    `tickets opened: ${counts.tickets_opened}, ended: ${counts.tickets_ended}`,
    `tickets that are blocked: ${counts.tickets_blocked}, stale: ${counts.tickets_stale}`,
    `docs written: ${counts.docs_written}; messages: ${counts.messages}; your check-ins: ${counts.checkins}`,
    `proposals that wait: ${counts.proposals_waiting}, for you alone: ${counts.proposals_waiting_for_you}`,
  ];
}

const kept = z.strictObject({
  as_of: z.iso.datetime(),
  counts: reviewCounts,
  tickets: z.array(reviewedTicket),
  ticket_keys: z.array(z.string()),
  personal: z.boolean().describe("The model was given what belongs to the run's person alone"),
});
export type ReviewKept = z.output<typeof kept>;

const contract = defineContract({
  gathers: {
    figures: {
      args: z.strictObject({ day: z.iso.date(), since: z.iso.datetime(), until: z.iso.datetime() }),
      facts: reviewFigures,
    },
  },
  asks: { review: { args: z.strictObject({ facts: projectDay }), answer: reviewAnswer, kept } },
  deliveries: {
    review: {
      given: z.strictObject({
        facts: projectDay,
        active: z.boolean(),
        as_of: z.iso.datetime(),
        counts: reviewCounts,
      }),
      answers: 'review',
      answer_optional: true,
    },
  },
});
export default contract;
export type Review = DeliveryOutput<typeof contract, 'review'>;
