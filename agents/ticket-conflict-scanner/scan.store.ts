import type { EntityManager } from 'typeorm';
import type { AgentRun } from '../../src/platform/db/entities/run.entity.js';
import { lockPart } from '../../src/platform/locks/advisory-lock.store.js';
import type { ProjectPlace } from '../../src/workspace/place.js';
import { nearByMeaning } from './by-meaning.store.js';
import { nearByWords } from './by-words.store.js';
import type { ToDo, UnseenTickets } from './contract.js';
import { BEGINNING, DIGEST, IS_OPEN, IS_SETTLED, WAITING } from './pair.sql.js';
import { pairsOf, type TicketPair } from './pairs.js';

/** How many others a ticket is compared with at most, and tickets that are looked at in one transaction. */
const MOST_NEAR = 8;
const PAGE = 25;

type ScanPlace = ProjectPlace & { run_id: string };

/** Scans of one project write one after the other. */
export async function lockConflicts(tx: EntityManager, { project_id }: ProjectPlace): Promise<void> {
  await lockPart(tx, 'conflicts', project_id);
}

/** Every pair is new again, but for what people have decided. */
export async function forgetPairs(tx: EntityManager, scope: ProjectPlace): Promise<void> {
  const within = [scope.organisation_id, scope.project_id];
  await tx.query(`DELETE FROM ticket_pairs WHERE organisation_id = $1 AND project_id = $2`, within);
  await tx.query(`DELETE FROM ticket_scans WHERE organisation_id = $1 AND project_id = $2`, within);
}

const DELETE_ENDED_PAIRS = `
  DELETE FROM ticket_pairs p USING tickets a, tickets b
   WHERE p.organisation_id = $1 AND p.project_id = $2 AND a.id = p.first_id AND b.id = p.second_id
     AND NOT (${IS_OPEN('a')} AND ${IS_OPEN('b')})`;

const DELETE_ENDED_SCANS = `
  DELETE FROM ticket_scans s USING tickets t
   WHERE s.organisation_id = $1 AND s.project_id = $2 AND t.id = s.ticket_id AND NOT ${IS_OPEN('t')}`;

const CLEAR_VERDICTS = `
  UPDATE ticket_pairs p SET verdict = NULL, told = NULL, asked_by = NULL FROM tickets a, tickets b
   WHERE p.organisation_id = $1 AND p.project_id = $2 AND a.id = p.first_id AND b.id = p.second_id
     AND p.verdict IS NOT NULL AND (p.told <> ${DIGEST} OR (p.verdict <> 'unrelated' AND NOT ${IS_SETTLED}))`;

/** Deletes pairs with a closed ticket, and clears verdicts whose text changed or whose proposal no longer stands. */
export async function prunePairs(tx: EntityManager, { organisation_id, project_id }: ProjectPlace) {
  const within = [organisation_id, project_id];
  await tx.query(DELETE_ENDED_PAIRS, within);
  await tx.query(DELETE_ENDED_SCANS, within);
  await tx.query(CLEAR_VERDICTS, within);
}

/** Takes the organisation, the project and the run, $1 to $3: open tickets `t` that this run has not compared as they are. */
const UNSEEN = `FROM tickets t LEFT JOIN ticket_scans s ON s.ticket_id = t.id
  WHERE t.organisation_id = $1 AND t.project_id = $2 AND ${IS_OPEN('t')}
    AND (s.run_id = $3 AND s.version = t.version) IS NOT TRUE`;

const TO_DO = `
  SELECT (SELECT count(*)::int ${UNSEEN} AND (s.ticket_id IS NULL OR s.version <> t.version OR s.space_id IS NULL)
         ) AS tickets,
         (SELECT count(*)::int ${WAITING} AND p.asked_by IS DISTINCT FROM $3) AS pairs`;

export async function toDo(tx: EntityManager, { run_id, ...scope }: ScanPlace): Promise<ToDo> {
  const [row]: ToDo[] = await tx.query(TO_DO, [scope.organisation_id, scope.project_id, run_id]);
  return row as ToDo;
}

const UNSEEN_TICKETS = `
  WITH unseen AS (
    SELECT t.id ${UNSEEN} AND (s.ticket_id IS NULL OR s.version <> t.version
                               OR ($4::int IS NOT NULL AND s.space_id IS DISTINCT FROM $4))
  )
  SELECT ARRAY(SELECT id FROM unseen ORDER BY id LIMIT ${PAGE}) AS ticket_ids, (SELECT count(*)::int FROM unseen) AS left`;

/**
 * Returns the next tickets to compare. With a space, tickets not compared in it count too; tickets that this run has
 * compared do not.
 */
export async function unseenTickets(
  tx: EntityManager,
  { organisation_id, project_id, run_id }: ScanPlace,
  space_id: number | null,
): Promise<UnseenTickets> {
  const [row]: UnseenTickets[] = await tx.query(UNSEEN_TICKETS, [
    organisation_id,
    project_id,
    run_id,
    space_id,
  ]);
  return row as UnseenTickets;
}

const KEEP_SCANS = `
  INSERT INTO ticket_scans (ticket_id, organisation_id, project_id, version, space_id, run_id)
  SELECT t.id, t.organisation_id, t.project_id, t.version, v.space_id, $3
    FROM tickets t LEFT JOIN LATERAL ${BEGINNING('t', '$5::int')} v ON true
   WHERE t.organisation_id = $1 AND t.project_id = $2 AND t.id = ANY ($4::uuid[])
  ON CONFLICT (ticket_id) DO UPDATE
    SET version = excluded.version, space_id = excluded.space_id, run_id = excluded.run_id`;

/** Finds what these tickets are like, and notes that they have been looked at as they are now. */
export async function lookAt(
  tx: EntityManager,
  scope: ScanPlace,
  ticket_ids: readonly string[],
  space_id: number | null,
): Promise<void> {
  const { organisation_id, project_id, run_id } = scope;
  await tx.query(KEEP_SCANS, [organisation_id, project_id, run_id, ticket_ids, space_id]);
  const alike = await nearByWords(tx, scope, ticket_ids, MOST_NEAR);
  if (space_id !== null) alike.push(...(await nearByMeaning(tx, scope, space_id, ticket_ids)));
  await keepPairs(tx, scope, pairsOf(alike, MOST_NEAR));
}

const KEEP_PAIRS = `
  INSERT INTO ticket_pairs (first_id, second_id, organisation_id, project_id, likeness)
  SELECT p.first_id, p.second_id, $1, $2, p.likeness
    FROM jsonb_to_recordset($3::jsonb) AS p(first_id uuid, second_id uuid, likeness real)
    JOIN tickets a ON a.id = p.first_id JOIN tickets b ON b.id = p.second_id
   WHERE NOT ${IS_SETTLED}
  ON CONFLICT (first_id, second_id) DO UPDATE SET likeness = excluded.likeness WHERE ticket_pairs.verdict IS NULL`;

async function keepPairs(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  pairs: TicketPair[],
): Promise<void> {
  await tx.query(KEEP_PAIRS, [organisation_id, project_id, JSON.stringify(pairs)]);
}

const SCAN_UNDER_WAY = `
  SELECT * FROM agent_runs
   WHERE organisation_id = $1 AND agent = $2 AND project_id = $3 AND cancel_requested_at IS NULL
     AND status IN ('queued', 'throttled', 'running', 'waiting')
     AND (due_at IS NULL OR due_at <= clock_timestamp()) AND (NOT $4 OR (input->>'all')::boolean IS TRUE)
   ORDER BY id DESC LIMIT 1`;

/** Returns the newest scan that has begun or is about to. If all pairs are wanted, it must be a scan of all pairs. */
export async function scanUnderWay(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  agent: string,
  all: boolean,
): Promise<AgentRun | null> {
  const [run]: AgentRun[] = await tx.query(SCAN_UNDER_WAY, [organisation_id, agent, project_id, all]);
  return run ?? null;
}
