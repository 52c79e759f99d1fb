import { z } from 'zod';
import type { OutputLink } from '../../../workflows/contract/work.js';
import {
  type ReviewShown,
  reviewAnswer,
  reviewedTicket,
  reviewShown,
} from '../../../workflows/workspace/review.js';
import { sessionOf, setReview } from '../daily/daily.store.js';
import { proposeAll } from '../proposals/propose.js';
import { defineWork, NOTHING_DELIVERED, type WorkingRun } from './agent-work.js';
import { reviewFacts } from './review-facts.js';
import { ReviewProposals } from './review-proposals.js';

const output = z.strictObject({
  review: reviewShown,
  suggesting: z.strictObject({
    suggestions: reviewAnswer.shape.suggestions,
    ticket_actions: reviewAnswer.shape.ticket_actions,
    tickets: z.array(reviewedTicket),
    run_ids: z.array(z.string()),
  }),
});
type Output = z.output<typeof output>;

/** A day → the review in its person’s session, and what could be done as proposals to that person alone. */
export default defineWork<Output>({
  agent: 'proactive_daily_review',
  gather: { workspace: reviewFacts },
  output,
  async deliver(tx, run, { review, suggesting }) {
    if (run.user_id === null) return NOTHING_DELIVERED;
    const session = await sessionOf(tx, run, run.user_id, run.moment, 'FOR UPDATE');
    if (isNews(session.review as ReviewShown | null, review)) await setReview(tx, run, session.id, review);
    const proposals = await ReviewProposals.for(tx, run, suggesting);
    const all = proposals.all();
    const suggested = all.filter((one) => one !== null);
    const proposed = await proposeAll(tx, run, suggested);
    return {
      outputs: links(run, proposed.made.length > 0),
      proposed,
      dropped: all.length - suggested.length + proposals.unknown,
    };
  },
});

/** A run that comes late takes no newer review’s place: that of a later day, or of the same day as it was later. */
function isNews(before: ReviewShown | null, { day, as_of }: ReviewShown): boolean {
  if (before === null) return true;
  if (day !== before.day) return day > before.day;
  return Date.parse(as_of) >= Date.parse(before.as_of);
}

function links({ project_id, run_id }: WorkingRun, proposed: boolean): OutputLink[] {
  const project = `/api/projects/${project_id}`;
  const today: OutputLink = { type: 'today', href: `${project}/today`, text: 'The review in Today' };
  const inbox: OutputLink = {
    type: 'inbox',
    href: `${project}/inbox?status=any&run_id=${run_id}`,
    text: 'Suggestions',
  };
  return [today, ...(proposed ? [inbox] : [])];
}
