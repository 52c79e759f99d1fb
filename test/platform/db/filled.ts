import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { publishBuiltIns } from '../../../src/engine/agents/publish-built-ins.js';

/** The database holds so many tenants, with members, projects and schedules each. */
const ORGANISATIONS = 20;
const PROJECTS = 40;
const RUNS = 20_000;
const PROPOSALS = 20_000;
const CHUNKS = 10_000;
const SCHEDULES = 40_000;
const CADENCES = 20;

/** Returns the id of the thing with this number, as `id` makes it in SQL. */
export const idOf = (kind: string, number: number) => {
  const hex = createHash('md5').update(`${kind} ${number}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};
const id = (kind: string, number: string) => `md5('${kind} ' || (${number}))::uuid`;
const organisation = (number: string) => id('organisation', `${number} % ${ORGANISATIONS}`);
const project = (number: string) => id('project', `${number} % ${PROJECTS}`);
const user = (number: string) => id('user', `${number} % 200`);

/** One run in a hundred is queued, one runs, one has failed, and the others are completed. */
const STATUS = `CASE n % 100 WHEN 0 THEN 'queued' WHEN 1 THEN 'running' WHEN 2 THEN 'failed' ELSE 'completed' END`;

const TENANTS = `
  WITH o AS (
    INSERT INTO organisations (id, name, slug)
    SELECT ${id('organisation', 'n')}, 'Organisation ' || n, 'o' || n FROM generate_series(0, ${ORGANISATIONS - 1}) n
  ), p AS (
    INSERT INTO projects (id, organisation_id, name)
    SELECT ${id('project', 'n')}, ${organisation('n')}, 'Project ' || n FROM generate_series(0, ${PROJECTS - 1}) n
  ), u AS (
    INSERT INTO users (id, email) SELECT ${id('user', 'n')}, 'u' || n || '@x.test' FROM generate_series(0, 199) n
  )
  INSERT INTO memberships (organisation_id, user_id, name, role)
  SELECT ${organisation('n')}, ${id('user', 'n')}, 'User ' || n, 'member' FROM generate_series(0, 199) n`;

const WORK = `
  WITH r AS (
    INSERT INTO agent_runs (id, organisation_id, project_id, user_id, agent, trigger, input, priority, labels,
      timeout_seconds, status, attempt, event_seq, created_at, dispatched_at, started_at, finished_at, schedule_id, tick_at)
    SELECT ${id('run', 'n')}, ${organisation('n')}, ${project('n')}, ${user('n')}, 'self_check', 'api', '{}', 3, '{}', 60,
           ${STATUS}, 1, 2, moment, CASE WHEN n % 100 > 0 THEN moment END, moment,
           CASE WHEN n % 100 > 1 THEN moment + interval '1 minute' END, ${id('schedule', `n % ${SCHEDULES}`)}, moment
      FROM generate_series(0, ${RUNS - 1}) n, LATERAL (SELECT now() - n * interval '1 minute' AS moment) at
  ), e AS (
    INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by, xid)
    SELECT ${id('run', 'n')}, seq, 'background_run_started', now(), 'running', 1, '{}', ${organisation('n')}, ${user('n')},
           'writer ' || seq, (n + 1000)::text::xid8
      FROM generate_series(0, ${RUNS - 1}) n, generate_series(1, 2) seq
  ), a AS (
    INSERT INTO agent_run_attempts (run_id, number, status, worker, started_at)
    SELECT ${id('run', 'n')}, 1, 'running', 'worker', now() FROM generate_series(0, ${RUNS - 1}) n
  ), c AS (
    INSERT INTO agent_run_model_calls (run_id, key, kind, tries, requested_model, status, duration_ms)
    SELECT ${id('run', 'n')}, 'answer', 'respond', 1, 'fast', 'answered', 10 FROM generate_series(0, ${RUNS - 1}) n
  )
  INSERT INTO proposals (id, organisation_id, project_id, agent, kind, title, reason, change, sources, dedupe_key, status)
  SELECT ${id('proposal', 'n')}, ${organisation('n')}, ${project('n')}, 'chat_memory_reviewer', 'memory_add', 'Title', '',
         '{}', '[]', 'key ' || n, CASE n % 10 WHEN 0 THEN 'pending' ELSE 'accepted' END
    FROM generate_series(0, ${PROPOSALS - 1}) n`;

const CADENCE_ROWS = `
  INSERT INTO cadences (id, key, spec, accounted_until, wanted, told, next_at)
  SELECT ${id('cadence', 'n')}, 'every ' || n, '{"kind":"interval","every_seconds":60}', now(), 'it', 'it', now()
    FROM generate_series(0, ${CADENCES - 1}) n`;

const FOLLOWERS = `
  WITH s AS (
    INSERT INTO schedules (id, agent, organisation_id, project_id, user_id, cadence_id)
    SELECT ${id('schedule', 'n')}, 'agent ' || n, ${organisation('n')}, ${project('n')}, ${user('n')},
           ${id('cadence', `n % ${CADENCES}`)} FROM generate_series(0, ${SCHEDULES - 1}) n
  ), p AS (
    INSERT INTO schedule_periods (schedule_id, cadence_id, since)
    SELECT ${id('schedule', 'n')}, ${id('cadence', `n % ${CADENCES}`)}, now() - interval '1 year'
      FROM generate_series(0, ${SCHEDULES - 1}) n
  )
  INSERT INTO tick_spans (cadence_id, schedule_id, first_tick, last_tick, ticks, outcome, reason)
  SELECT ${id('cadence', `n % ${CADENCES}`)}, ${id('schedule', 'n')}, now(), now(), 1, 'skipped', '{"code":"paused"}'
    FROM generate_series(0, ${SCHEDULES - 1}) n`;

const TEXTS = `
  WITH t AS (
    INSERT INTO tickets (id, organisation_id, project_id, number, title, body, status, labels)
    SELECT ${id('ticket', 'n')}, ${organisation('n')}, ${project('n')}, n, 'Title', '', 'open', '{}'
      FROM generate_series(0, ${CHUNKS - 1}) n
  ), c AS (
    INSERT INTO chunks (id, organisation_id, project_id, source_type, source_id, position, text, hash)
    SELECT ${id('chunk', 'n')}, ${organisation('n')}, ${project('n')}, 'ticket', ${id('ticket', 'n')}, 0,
           'word' || n || ' common' || n % 50, '' FROM generate_series(0, ${CHUNKS - 1}) n
  ), w AS (
    INSERT INTO chunk_words (project_id, source_type, word, chunks, words)
    SELECT ${project('n')}, 'ticket', 'word' || n, 1, 2 FROM generate_series(0, ${CHUNKS - 1}) n
  )
  INSERT INTO chunk_vectors (chunk_id, project_id, source_type, space_id, embedding)
  SELECT ${id('chunk', 'n')}, ${project('n')}, 'ticket', 1, '{1,0,0}' FROM generate_series(0, ${CHUNKS - 1}) n`;

/** Writes so many rows that reading a whole table is never the shortest way to a few of them. */
export async function fill(db: DataSource): Promise<void> {
  await publishBuiltIns(db);
  await db.transaction(async (tx) => {
    // Neither foreign keys nor triggers: each part of a statement sees the tables as they were.
    await tx.query('SET LOCAL session_replication_role = replica');
    for (const statement of [TENANTS, WORK, CADENCE_ROWS, FOLLOWERS, TEXTS]) await tx.query(statement);
  });
  await db.query('VACUUM ANALYZE');
}
