import type { DataSource, EntityManager } from 'typeorm';
import { type RunEventType, type RunStatus, statusesBefore } from '../../workflows/contract/run-state.js';
import { prepared } from '../db/prepared.js';
import { type EventFacts, receipt } from '../feed/receipt.js';

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
  /** Who writes, once: the same writer writing again gets what it wrote. */
  written_by: string;
  worker: string | null;
  events: NewEvent[];
  /** `column = expression` with parameters named `$6…`, over `agent_runs`. */
  set?: string;
  /** A further WITH query over `run`, the changed row. */
  also?: string;
  where?: string;
  params?: unknown[];
  /** Columns of the changed row to answer with, beside the events. */
  answer?: string;
}

/** The events written, or null where the run was not in a state for them. */
export interface Changed {
  events: EventFacts[];
  answer: unknown;
}

/**
 * Changes a run and appends its events in one statement: the row's lock orders them, `written_by` makes them happen
 * once, and the state machine's answer guards the status.
 */
export async function changeRun(db: DataSource | EntityManager, change: RunChange): Promise<Changed | null> {
  const last = change.events.at(-1);
  if (!last) throw new Error('a change has at least one event');
  const from = statusesBefore(change.events.find((event) => !event.only_if_taken_over)?.type ?? last.type);
  try {
    const rows: (EventFacts & { answer: unknown })[] = await db.query(prepared(statement(change)), [
      change.run_id,
      change.written_by,
      from,
      JSON.stringify(change.events),
      change.worker,
      ...(change.params ?? []),
    ]);
    if (rows.length > 0) return { events: rows, answer: rows[0]?.answer ?? null };
  } catch (error) {
    if ((error as { code?: string }).code !== '23505') throw error;
  }
  const written = await eventsWrittenBy(db, change.run_id, change.written_by);
  return written.length > 0 ? { events: written, answer: null } : null;
}

function statement({ set, also, where, answer }: RunChange): string {
  return `
    WITH before AS (
      SELECT id, status, worker, event_seq FROM agent_runs r WHERE id = $1 AND ${where ?? 'true'} FOR UPDATE
    ), allowed AS (
      SELECT * FROM before
       WHERE status = ANY($3)
         AND NOT EXISTS (SELECT FROM agent_run_events e WHERE e.run_id = $1 AND e.written_by = $2)
    ), fresh AS (
      SELECT row_number() OVER () AS number, e.type, coalesce(e.status, allowed.status) AS status, e.data
        FROM allowed, jsonb_to_recordset($4::jsonb) AS e(type text, status text, data jsonb, only_if_taken_over boolean)
       WHERE e.only_if_taken_over IS NOT TRUE OR allowed.worker <> $5::text
    ), run AS (
      UPDATE agent_runs r
         SET event_seq = allowed.event_seq + (SELECT count(*) FROM fresh),
             status = coalesce((SELECT status FROM fresh ORDER BY number DESC LIMIT 1), r.status),
             worker = coalesce($5::text, r.worker)
             ${set ? `, ${set}` : ''}
        FROM allowed WHERE r.id = allowed.id
      RETURNING r.*, allowed.event_seq AS seq_before
    )${also ? `, also AS (${also})` : ''}
    INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by)
    SELECT run.id, run.seq_before + fresh.number, fresh.type, clock_timestamp(), fresh.status, run.attempt,
           coalesce(fresh.data, '{}'), run.organisation_id, run.user_id, $2
      FROM run, fresh ORDER BY fresh.number
    RETURNING seq, type, at, status, attempt, data${answer ? `, (SELECT ${answer} FROM run) AS answer` : ''}`;
}

async function eventsWrittenBy(
  db: DataSource | EntityManager,
  run_id: string,
  written_by: string,
): Promise<EventFacts[]> {
  return db.query(
    `SELECT seq, type, at, status, attempt, data FROM agent_run_events WHERE run_id = $1 AND written_by = $2 ORDER BY seq`,
    [run_id, written_by],
  );
}

export function receipts(run_id: string, events: EventFacts[]) {
  return events.map((event) => receipt(run_id, event));
}
