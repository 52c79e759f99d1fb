import { ApplicationFailure } from '@temporalio/common';
import type { EntityManager } from 'typeorm';
import { type KnownMemory, recallForText } from '../../src/workspace/memories/recall.store.js';
import { bounded, extract, keywordsOf } from '../../src/workspace/words.js';
import type { WorkingRun } from '../../src/workspace/work/agent-work.js';
import { numberOfKey, ticketKey } from '../../workflows/contract/ticket.js';
import type { CheckinFacts } from './contract.js';

const MOST_TEXT_BYTES = 8000;
const MOST_PLAN_BYTES = 2000;
const MOST_TICKETS = 20;
const MOST_MEMORY_CHARACTERS = 200;
const MOST_LIST_BYTES = 5000;

interface Said {
  id: string;
  body: string;
  day: string;
  plan: string | null;
}

const CHECKIN = `
  SELECT c.id, c.body, s.day::text AS day, s.plan FROM checkins c JOIN daily_sessions s ON s.id = c.session_id
   WHERE c.id = $1 AND c.organisation_id = $2 AND c.project_id = $3 AND c.user_id = $4`;

/** The check-in that the run is about; another's is as if it did not exist. */
export async function checkinOf(tx: EntityManager, run: WorkingRun): Promise<Said> {
  const { checkin_id } = run.input as { checkin_id: string };
  const [checkin]: Said[] = await tx.query(CHECKIN, [
    checkin_id,
    run.organisation_id,
    run.project_id,
    run.user_id,
  ]);
  if (!checkin) throw ApplicationFailure.nonRetryable(`There is no check-in ${checkin_id}.`, 'not_found');
  return checkin;
}

export async function checkinFacts(tx: EntityManager, run: WorkingRun): Promise<CheckinFacts> {
  const { body, day, plan } = await checkinOf(tx, run);
  return {
    day,
    text: extract(body, MOST_TEXT_BYTES),
    plan: plan && extract(plan, MOST_PLAN_BYTES),
    tickets: bounded(await ticketsIn(tx, run, body), MOST_LIST_BYTES),
    memories: bounded(shownOf(await recallForText(tx, run, body)), MOST_LIST_BYTES),
  };
}

const NAMED_TICKETS = `
  SELECT t.id, t.number, left(t.title, 150) AS title, t.status, t.version
    FROM tickets t CROSS JOIN LATERAL (
      SELECT count(DISTINCT word) AS words, count(DISTINCT word) FILTER (WHERE word = ANY ($4)) AS shared
        FROM regexp_split_to_table(lower(left(t.title, 300)), '[^[:alnum:]]+') AS word WHERE length(word) > 3) w
   WHERE t.organisation_id = $1 AND t.project_id = $2
     AND (t.number = ANY ($3::int[])
          OR (t.status NOT IN ('done', 'closed') AND w.shared >= 2 AND w.shared * 2 > w.words))
   ORDER BY t.number = ANY ($3::int[]) DESC, w.shared DESC, t.id DESC LIMIT ${MOST_TICKETS}`;

/** Finds the tickets that the text names by key, then open ones with most words of their title in it. */
async function ticketsIn(tx: EntityManager, run: WorkingRun, body: string): Promise<CheckinFacts['tickets']> {
  const numbers = (body.match(/\bTCK-\d{1,9}\b/gi) ?? []).map(numberOfKey).filter((one) => one !== null);
  const rows = await tx.query(NAMED_TICKETS, [
    run.organisation_id,
    run.project_id,
    [...new Set(numbers)].slice(0, 100),
    keywordsOf(body),
  ]);
  return rows.map(({ number, ...ticket }: { number: number }) => ({ ...ticket, key: ticketKey(number) }));
}

function shownOf(memories: readonly KnownMemory[]): CheckinFacts['memories'] {
  return memories.map(({ id, user_id, body, version }) => {
    const text = [...body].slice(0, MOST_MEMORY_CHARACTERS).join('');
    return { id, text, personal: user_id !== null, version };
  });
}
