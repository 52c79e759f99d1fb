import type { EntityManager } from 'typeorm';
import { hexDigestOf } from '../../src/platform/digest.js';
import type { ProjectPlace } from '../../src/workspace/place.js';
import { ticketKey } from '../../workflows/contract/ticket.js';
import { BATCH, type PairBatch, type SeenPair, type VerdictsAnswer } from './contract.js';
import { DIGEST, IS_OPEN, TOLD, WAITING } from './pair.sql.js';
import type { PairTicket } from './relation-proposals.js';

type Verdict = VerdictsAnswer['verdicts'][number]['verdict'];

interface WaitingTicket {
  id: string;
  version: number;
  number: number;
  title: string;
  begins: string;
}

const TICKET = (ticket: string) => {
  const [title, begins] = TOLD(ticket);
  return `jsonb_build_object('id', ${ticket}.id, 'version', ${ticket}.version, 'number', ${ticket}.number,
    'title', ${title}, 'begins', ${begins})`;
};

const NEXT_BATCH = `
  SELECT jsonb_build_array(${TICKET('a')}, ${TICKET('b')}) AS tickets, encode(${DIGEST}, 'hex') AS told,
         (count(*) OVER ())::int AS waiting
    ${WAITING} AND p.asked_by IS DISTINCT FROM $3 ORDER BY p.likeness DESC, p.first_id, p.second_id LIMIT ${BATCH}`;

/** The likest pairs that wait, and that this run has not asked about. */
export async function nextBatch(
  tx: EntityManager,
  { organisation_id, project_id, run_id }: ProjectPlace & { run_id: string },
): Promise<PairBatch> {
  const rows: { tickets: [WaitingTicket, WaitingTicket]; told: string; waiting: number }[] = await tx.query(
    NEXT_BATCH,
    [organisation_id, project_id, run_id],
  );
  const couples = rows.map(({ tickets, told }) => ({
    tickets: tickets.sort((a, b) => a.number - b.number),
    told,
  }));
  const seen = couples.map(({ tickets: [first, second], told }) => ({
    first: { id: first.id, version: first.version },
    second: { id: second.id, version: second.version },
    told,
  }));
  return {
    key: hexDigestOf(JSON.stringify(seen)).slice(0, 16),
    pairs: couples.map(({ tickets: [first, second] }, at) => ({
      pair: at + 1,
      first: toldOf(first),
      second: toldOf(second),
    })),
    seen,
    waiting: rows[0]?.waiting ?? 0,
  };
}

function toldOf({ number, title, begins }: WaitingTicket): PairBatch['pairs'][number]['first'] {
  return { key: ticketKey(number), title, begins };
}

const KEEP_VERDICTS = `
  UPDATE ticket_pairs p SET verdict = v.verdict, told = decode(v.told, 'hex'), asked_by = $3
    FROM jsonb_to_recordset($4::jsonb) AS v(one uuid, other uuid, told text, verdict text)
   WHERE p.first_id = least(v.one, v.other) AND p.second_id = greatest(v.one, v.other)
     AND p.organisation_id = $1 AND p.project_id = $2`;

/** Null for what was asked about and not answered: the next scan asks again. */
export async function keepVerdicts(
  tx: EntityManager,
  { organisation_id, project_id, run_id }: ProjectPlace & { run_id: string },
  verdicts: readonly { pair: SeenPair; verdict: Verdict | null }[],
): Promise<void> {
  const rows = verdicts.map(({ pair: { first, second, told }, verdict }) => ({
    one: first.id,
    other: second.id,
    told,
    verdict,
  }));
  await tx.query(KEEP_VERDICTS, [organisation_id, project_id, run_id, JSON.stringify(rows)]);
}

const OPEN_TICKETS = `
  SELECT id, number, left(title, 300) AS title, left(body, 300) AS begins FROM tickets t
   WHERE organisation_id = $1 AND project_id = $2 AND id = ANY ($3::uuid[]) AND ${IS_OPEN('t')}`;

/** Returns the tickets that are still open, by their ids. */
export async function ticketsOf(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  ids: string[],
): Promise<Map<string, PairTicket>> {
  const rows: PairTicket[] = await tx.query(OPEN_TICKETS, [organisation_id, project_id, ids]);
  return new Map(rows.map((row) => [row.id, row]));
}
