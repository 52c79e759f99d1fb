import type { DataSource, EntityManager } from 'typeorm';
import type { Receipt } from '../../../workflows/contract/run.js';
import { type RunEventType, type RunStatus, statusesBefore } from '../../../workflows/contract/run-state.js';
import { prepared } from '../../platform/db/prepared.js';
import { type EventFacts, receipt } from '../attestation/receipt.js';
import type { Signer } from '../attestation/signer.js';
import { isOurs, tokenOf } from '../attestation/token.js';

export interface NewEvent {
  type: RunEventType;
  /** The run's status after it; null leaves it as it was. */
  status: RunStatus | null;
  data: Record<string, unknown>;
  /** Written only when another worker held the run before. */
  only_if_taken_over?: boolean;
}

export interface RunChange {
  run_id: string;
  /** The name of the writer: the same writer writing again gets its earlier events. */
  written_by: string;
  worker: string | null;
  events: NewEvent[];
  /** `column = expression` with parameters named `$6…`, over `agent_runs`. */
  set?: string;
  /** A further WITH query over `run`, the changed row. */
  also?: string;
  where?: string;
  params?: unknown[];
  /** History holds receipts up to this event: those after it are attested anew, whichever execution wrote them. */
  known?: number;
  /** Columns of the changed row to answer with, beside the events. */
  answer?: string;
}

/** This number is after every event. */
const NONE = 2_147_483_647;

/** Null if the run's status does not allow the change and no writer of that name had made it before. */
interface Changed {
  events: EventFacts[];
  /** The receipts of these events, and of our earlier events that history does not know. */
  receipts: Receipt[];
  answer: unknown;
}

interface Written extends EventFacts {
  written_by: string;
  token: string | null;
  fresh: boolean;
  answer: unknown;
}

/**
 * Changes a run and appends its events in one statement: the row's lock orders them, `written_by` makes them happen
 * once, and the state machine's answer guards the status. Each event carries a token of its writer: what was written
 * before is attested only where its token shows that a process of ours wrote it.
 */
export async function changeRun(
  db: DataSource | EntityManager,
  signer: Signer,
  change: RunChange,
): Promise<Changed | null> {
  const rows = await write(db, signer, change).catch((error: unknown) => {
    // Two writers of the same name wrote at once: the other one's events are there now.
    if ((error as { code?: string }).code !== '23505') throw error;
    return write(db, signer, change);
  });
  const { run_id, written_by } = change;
  const events = rows.filter((row) => row.written_by === written_by);
  const proven = rows.filter((row) => row.fresh || isOurs(signer, run_id, row));
  const receipts = proven.map((row) => receipt(run_id, row));
  if (events.length === 0 && receipts.length === 0) return null;
  return { events, receipts, answer: events[0]?.answer ?? null };
}

function write(db: DataSource | EntityManager, signer: Signer, change: RunChange): Promise<Written[]> {
  const { run_id, written_by, worker, events, params = [], known } = change;
  const last = events.at(-1);
  if (!last) throw new Error('a change has at least one event');
  const from = statusesBefore(events.find((event) => !event.only_if_taken_over)?.type ?? last.type);
  const signed = events.map((event) => ({
    ...event,
    token: tokenOf(signer, run_id, { ...event, written_by }),
  }));
  return db.query(prepared(CHANGE(change)), [
    run_id,
    written_by,
    from,
    JSON.stringify(signed),
    worker,
    ...params,
    known ?? NONE,
  ]);
}

/** Takes $1 to $5 from `write`, then the change’s own, and last the number of the event that history knows. */
const CHANGE = ({ set, also, where, answer, params = [] }: RunChange) => `
  WITH before AS (
    SELECT id, status, worker, event_seq FROM agent_runs r WHERE id = $1 AND ${where ?? 'true'} FOR UPDATE
  ), allowed AS (
    SELECT * FROM before
     WHERE status = ANY($3)
       AND NOT EXISTS (SELECT FROM agent_run_events e WHERE e.run_id = $1 AND e.written_by = $2)
  ), fresh AS (
    SELECT row_number() OVER () AS number, e.type, coalesce(e.status, allowed.status) AS status, e.data, e.token
      FROM allowed, jsonb_to_recordset($4::jsonb)
           AS e(type text, status text, data jsonb, token text, only_if_taken_over boolean)
     WHERE e.only_if_taken_over IS NOT TRUE OR allowed.worker <> $5::text
  ), run AS (
    UPDATE agent_runs r
       SET event_seq = allowed.event_seq + (SELECT count(*) FROM fresh),
           status = coalesce((SELECT status FROM fresh ORDER BY number DESC LIMIT 1), r.status),
           worker = coalesce($5::text, r.worker)
           ${set ? `, ${set}` : ''}
      FROM allowed WHERE r.id = allowed.id
    RETURNING r.*, allowed.event_seq AS seq_before
  )${also ? `, also AS (${also})` : ''}, written AS (
    INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by, token)
    SELECT run.id, run.seq_before + fresh.number, fresh.type, clock_timestamp(), fresh.status, run.attempt,
           coalesce(fresh.data, '{}'), run.organisation_id, run.user_id, $2, fresh.token
      FROM run, fresh ORDER BY fresh.number
    RETURNING *
  )
  SELECT seq, type, at, status, attempt, data, written_by, token, true AS fresh, ${answer ? `(SELECT ${answer} FROM run)` : 'NULL::jsonb'} AS answer
    FROM written
  UNION ALL
  SELECT seq, type, at, status, attempt, data, written_by, token, false, NULL
    FROM agent_run_events
   WHERE run_id = $1 AND (written_by = $2 OR seq > $${6 + params.length}::int)
  ORDER BY seq`;
