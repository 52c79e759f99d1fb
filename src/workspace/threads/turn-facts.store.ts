import { ApplicationFailure } from '@temporalio/common';
import type { EntityManager } from 'typeorm';
import { bounded } from '../words.js';
import type { WorkingRun } from '../work/agent-work.js';
import { NOT_INTERNAL } from './message.sql.js';

interface CompletedTurn {
  id: string;
  thread_id: string;
  /** True if the turn belongs to the run's person. */
  own: boolean;
}

interface MessageFact {
  id: string;
  role: string;
  text: string;
}

const TURN = `
  SELECT id, thread_id, coalesce(user_id = $4::uuid, false) AS own FROM raw_events
   WHERE id = $1 AND organisation_id = $2 AND project_id = $3 AND kind = 'chat_turn' AND thread_id IS NOT NULL`;

/** The run's turn, in its own project. */
export async function turnOf(tx: EntityManager, run: WorkingRun): Promise<CompletedTurn> {
  const { raw_event_id } = run.input as { raw_event_id: string };
  const [turn]: CompletedTurn[] = await tx.query(TURN, [
    raw_event_id,
    run.organisation_id,
    run.project_id,
    run.user_id,
  ]);
  if (!turn) throw ApplicationFailure.nonRetryable(`There is no turn ${raw_event_id}.`, 'not_found');
  return turn;
}

/** Returns all messages of the turn; internal ones have no chunks. */
export async function turnMessages(
  tx: EntityManager,
  { organisation_id, project_id }: WorkingRun,
  { id, thread_id }: CompletedTurn,
): Promise<string[]> {
  const messages: { id: string }[] = await tx.query(
    `SELECT id FROM messages WHERE organisation_id = $1 AND project_id = $2 AND thread_id = $3 AND raw_event_id = $4`,
    [organisation_id, project_id, thread_id, id],
  );
  return messages.map((message) => message.id);
}

const IN_THREAD = `organisation_id = $1 AND project_id = $2 AND thread_id = $3
  AND ${NOT_INTERNAL('messages')}`;

const EARLIER_MESSAGES = `
  SELECT id, role, left(body, 800) AS text FROM messages
   WHERE ${IN_THREAD} AND raw_event_id < $4 ORDER BY id DESC LIMIT 6`;

/** Returns the messages of the turn and shortly before. Internal messages are never remembered, in any channel. */
export async function turnFacts(tx: EntityManager, run: WorkingRun, { id, thread_id }: CompletedTurn) {
  const parameters = [run.organisation_id, run.project_id, thread_id, id];
  const [thread] = await tx.query(
    `SELECT channel, title FROM threads WHERE organisation_id = $1 AND project_id = $2 AND id = $3`,
    parameters.slice(0, 3),
  );
  const turn: MessageFact[] = await tx.query(
    `SELECT id, role, left(body, 4000) AS text FROM messages WHERE ${IN_THREAD} AND raw_event_id = $4 ORDER BY id`,
    parameters,
  );
  const earlier: MessageFact[] = await tx.query(EARLIER_MESSAGES, parameters);
  return { thread, turn: bounded(turn, 25_000), earlier: bounded(earlier, 6000).reverse() };
}
