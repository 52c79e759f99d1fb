import { IS_DISABLED } from '../agents/effective.sql.js';
import { SHOWN } from './shown.sql.js';

/** The parts of a change besides its events. Its own parameters start at $6. */
export interface ChangeStatement {
  /** `column = expression`, over `agent_runs r`. */
  set?: string;
  /** A further WITH query over `run`, the changed row. */
  also?: string;
  /** A condition on `agent_runs r`. */
  where?: string;
  /** An expression over `run`, to answer with beside the events. */
  answer?: string;
}

/**
 * Takes the run, its writer, the statuses to change from, the events and the worker; then the change's `own`
 * parameters, so many of them; and last the number of the last event in history.
 */
export const CHANGE = ({ set, also, where, answer }: ChangeStatement, own: number) => `
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
   WHERE run_id = $1 AND (written_by = $2 OR seq > $${6 + own}::int)
  ORDER BY seq`;

/** Takes the worker; over `run`. */
export const START_ATTEMPT_OF_RUN = (worker: string) => `
  INSERT INTO agent_run_attempts (run_id, number, status, worker, started_at)
  SELECT id, attempt, 'running', ${worker}, clock_timestamp() FROM run
  ON CONFLICT (run_id, number) DO UPDATE SET status = 'running', worker = excluded.worker, finished_at = NULL`;

/** Takes an expression of the error; over `run`. */
const END_ATTEMPT = (status: string, error: string) => `
  UPDATE agent_run_attempts a SET status = '${status}', finished_at = clock_timestamp(), error = ${error}
    FROM run WHERE a.run_id = run.id AND a.number = run.attempt AND a.finished_at IS NULL`;

/** The usage of the run `r`. */
const USAGE_OF_RUN = `
  SELECT jsonb_build_object('model_calls', count(*), 'input_tokens', coalesce(sum(c.input_tokens), 0),
           'output_tokens', coalesce(sum(c.output_tokens), 0), 'cost_usd', sum(c.cost_usd),
           'models', coalesce(jsonb_agg(DISTINCT c.model) FILTER (WHERE c.model IS NOT NULL), '[]'))
    FROM agent_run_model_calls c WHERE c.run_id = r.id`;

const HERE = {
  agent: 'r.agent',
  organisation_id: 'r.organisation_id',
  project_id: 'r.project_id',
  user_id: 'r.user_id',
};

/** A built-in agent of another build: its row is there, its code is not among the `known`. */
export const IS_UNKNOWN = (known: string) => `
  (r.agent <> ALL(${known}::text[]) AND EXISTS (SELECT FROM agents a WHERE a.key = r.agent AND a.built_in)
   AND NOT EXISTS (SELECT FROM agent_versions v JOIN agents a ON a.id = v.agent_id
                    WHERE v.id = r.agent_version_id AND NOT a.built_in))`;

/** The fields of a run's version that decide how it runs; null for runs from before versions. */
export const PINNED = (run: string) => `
  (SELECT jsonb_build_object('custom', NOT a.built_in, 'retry', v.definition->'retry'
            || jsonb_strip_nulls(jsonb_build_object('max_attempts', ${run}.settings->'max_attempts')))
     FROM agent_versions v JOIN agents a ON a.id = v.agent_id WHERE v.id = ${run}.agent_version_id)`;

/** Takes the Temporal run and the keys of the agents that the worker knows. */
export const BEGIN: ChangeStatement = {
  where: `r.cancel_requested_at IS NULL AND NOT ${IS_DISABLED(HERE)} AND NOT ${IS_UNKNOWN('$7')}`,
  set: `attempt = 1, wait_reason = NULL, temporal_run_id = $6::text, started_at = clock_timestamp(),
        dispatched_at = coalesce(r.dispatched_at, now())`,
  also: START_ATTEMPT_OF_RUN('$5::text'),
  answer: `jsonb_build_object('status', status, 'agent', agent, 'input', input, 'timeout_seconds', timeout_seconds, 'pinned', ${PINNED('run')})`,
};

/** Takes the progress. */
export const HEARTBEAT: ChangeStatement = { set: 'progress = $6::jsonb' };

/** Takes the error, the reason to wait, and the pause in milliseconds. */
export const RETRYING: ChangeStatement = {
  set: `wait_reason = $7::jsonb
          || jsonb_build_object('until', clock_timestamp() + $8 * interval '1 millisecond')`,
  also: END_ATTEMPT('failed', '$6::jsonb'),
};

/** Takes the result, the error, the progress and the Temporal run. */
export const FINISH = (status: string): ChangeStatement => ({
  set: `result = $6::jsonb, error = $7::jsonb, wait_reason = NULL, finished_at = clock_timestamp(), usage = (${USAGE_OF_RUN}),
        progress = coalesce($8::jsonb, r.progress),
        dispatched_at = coalesce(r.dispatched_at, now()), temporal_run_id = coalesce(r.temporal_run_id, $9::text)`,
  also: END_ATTEMPT(status, '$7::jsonb'),
  answer: SHOWN,
});

/** Ends a run whose workflow was found closed. Takes the error and the Temporal run. */
export const END_AS_FOUND = (status: string): ChangeStatement => ({
  set: `error = $6::jsonb || jsonb_build_object('attempt', greatest(r.attempt, 1)), wait_reason = NULL,
        finished_at = clock_timestamp(), usage = (${USAGE_OF_RUN}), temporal_run_id = coalesce(r.temporal_run_id, $7::text)`,
  also: END_ATTEMPT(status, '$6::jsonb'),
  answer: SHOWN,
});

/** Puts a run that Temporal has lost back into the queue. */
export const QUEUE_AGAIN: ChangeStatement = {
  set: `dispatched_at = NULL, checked_at = NULL, temporal_run_id = NULL, wait_reason = NULL,
        sweep_after = NULL, sweep_tries = 0`,
  where: 'r.dispatched_at IS NOT NULL AND r.finished_at IS NULL',
};

/** Begins a run again whose flow has changed. Takes the build; each build does so once. */
export const BEGIN_AGAIN: ChangeStatement = {
  set: 'restarted_for = $6, checked_at = now(), wait_reason = NULL',
  where: 'r.finished_at IS NULL AND r.restarted_for IS DISTINCT FROM $6',
};
