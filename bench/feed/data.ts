import type pg from 'pg';

/** The owners of invented runs: pairs of organisation, project and user, as often in the list as they have runs. */
export interface FeedOwner {
  organisation_id: string;
  project_id: string;
  user_id: string;
}

const BATCH = 20_000;
const DAYS = 90;
const STILL_RUNNING = 10;
const WITH_EVENTS = 200;

/** The content of each column; `i` is the run's number, `a` to `e` are random, `done` is when it ended. */
const columns: Record<string, string> = {
  id: `uuidv7(made - clock_timestamp())`,
  organisation_id: `owners.organisation_id`,
  project_id: `CASE WHEN a < 0.8 THEN owners.project_id END`,
  user_id: `owners.user_id`,
  agent: `(ARRAY['self_check', 'daily_brief', 'ticket_triage', 'doc_summary', 'memory_sync'])[1 + floor(b * 5)::int]`,
  trigger: `CASE WHEN c < 0.6 THEN 'schedule' WHEN c < 0.9 THEN 'api' ELSE 'event' END`,
  target_type: `CASE WHEN d < 0.4 THEN 'ticket' END`,
  target_id: `CASE WHEN d < 0.4 THEN 'T-' || (i % 5000) END`,
  input: `jsonb_build_object('steps', 3, 'number', i)`,
  priority: `(ARRAY[1, 5, 5, 5, 10])[1 + i % 5]`,
  labels: `CASE WHEN e < 0.3 THEN ARRAY['nightly', 'team-' || (i % 20)] ELSE '{}' END`,
  timeout_seconds: `600`,
  status: `status`,
  progress: `jsonb_build_object('percent', 100, 'done', 3, 'total', 3, 'text', 'step 3 of 3')`,
  result: `CASE WHEN status = 'completed' THEN jsonb_build_object('summary', repeat('Nothing new since yesterday. ', 8)) END`,
  error: `CASE WHEN status NOT IN ('completed', 'running') THEN jsonb_build_object('code', 'step_failed',
    'message', 'the step did not succeed', 'retryable', false, 'step', 'step-2', 'attempt', 1) END`,
  usage: `jsonb_build_object('model_calls', 2, 'input_tokens', 1800 + i % 700, 'output_tokens', 250, 'cost_usd', 0.004,
    'models', jsonb_build_array('gpt-5-mini'))`,
  attempt: `1`,
  event_seq: `4`,
  worker: `'bench'`,
  temporal_run_id: `gen_random_uuid()::text`,
  created_at: `made`,
  dispatched_at: `made`,
  started_at: `made`,
  finished_at: `CASE WHEN status <> 'running' THEN done END`,
  archived_at: `CASE WHEN status <> 'running' THEN done END`,
};

/** Runs that ended evenly over the last 90 days, oldest first, and a few that still run. */
export async function makeRuns(
  db: pg.Client,
  owners: FeedOwner[],
  count: number,
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const names = await filled(db);
  const insert = `
    INSERT INTO agent_runs (${names.join(', ')})
    SELECT ${names.map((name) => columns[name]).join(', ')}
      FROM (
        SELECT i, a, b, c, d, e, done, done - interval '1 second' * (1 + 30 * b) AS made,
               CASE WHEN i > $4::int THEN 'running' WHEN f < 0.95 THEN 'completed' WHEN f < 0.98 THEN 'failed'
                    WHEN f < 0.99 THEN 'cancelled' ELSE 'timed_out' END AS status
          FROM (
            SELECT i, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e, random() AS f,
                   $5::timestamptz - greatest($4::int - i, 0) * interval '${DAYS} days' / $4::int AS done
              FROM generate_series($2::int, $3::int) AS i
          ) chance
      ) run
      JOIN ROWS FROM (jsonb_to_recordset($1::jsonb) AS (organisation_id uuid, project_id uuid, user_id uuid))
           WITH ORDINALITY AS owners(organisation_id, project_id, user_id, place)
        ON owners.place = 1 + i % jsonb_array_length($1::jsonb)
     ORDER BY i`;
  const now = new Date();
  const last = count + STILL_RUNNING;
  await db.query('SET synchronous_commit = off');
  for (let from = 1; from <= last; from += BATCH) {
    signal.throwIfAborted();
    const to = Math.min(from + BATCH - 1, last);
    await db.query(insert, [JSON.stringify(owners), from, to, count, now]);
    progress(Math.min(to, count));
  }
  await makeEvents(db);
  await db.query('VACUUM ANALYZE');
  await db.query('CHECKPOINT');
}

/** Chooses the columns to fill by the present schema; a required column that is unknown is reported. */
async function filled(db: pg.Client): Promise<string[]> {
  const { rows } = await db.query<{ column_name: string; needed: boolean }>(
    `SELECT column_name, is_nullable = 'NO' AND column_default IS NULL AS needed
       FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = 'agent_runs'`,
  );
  const missing = rows.filter(({ column_name, needed }) => needed && !columns[column_name]);
  if (missing.length > 0) {
    const list = missing.map(({ column_name }) => column_name).join(', ');
    throw new Error(`agent_runs has columns that bench/feed/data.ts does not fill: ${list}`);
  }
  return rows.map(({ column_name }) => column_name).filter((name) => columns[name]);
}

async function makeEvents(db: pg.Client): Promise<void> {
  await db.query(
    `INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by)
     SELECT id, 1, 'background_run_queued', created_at, 'queued', 0, '{}', organisation_id, user_id, 'admission'
       FROM agent_runs ORDER BY id DESC LIMIT $1`,
    [WITH_EVENTS],
  );
}
