import { ENDED_RUNS, FAILED, FAILURES, iso } from './pieces.sql.js';

const WITHOUT_A_PULSE = `interval '24 hours'`;
const LONGEST_SPAN = `interval '31 days'`;
const WAITS_LONG = `interval '15 minutes'`;
const LONGEST_COMMIT = `interval '10 minutes'`;
const MOST_SCHEDULES = 10;
const MOST_WAITING = 10;

/** The last pulse that went on from the one before it. */
const completed = `status = 'completed' AND NOT input ? 'since' ORDER BY id DESC LIMIT 1`;

/**
 * The changes in the project of run `$1` since `$2`, or since the previous pulse. A run that ended then but was
 * committed later is reported now: its transaction was not visible at the kept position. A position of another era of
 * the database does not count. Runs of the agents `$3` count only if they failed.
 */
export const CHANGES = `
  WITH run AS (
    SELECT r.* FROM agent_runs r
      JOIN projects p ON p.id = r.project_id AND p.organisation_id = r.organisation_id WHERE r.id = $1
  ), before AS (
    SELECT p.result FROM run CROSS JOIN LATERAL (
      (SELECT result FROM agent_runs
        WHERE schedule_id = run.schedule_id AND agent = run.agent AND ${completed})
      UNION ALL
      (SELECT result FROM agent_runs
        WHERE run.schedule_id IS NULL AND organisation_id = run.organisation_id AND agent = run.agent
          AND project_id = run.project_id AND user_id IS NOT DISTINCT FROM run.user_id AND ${completed})
    ) p
  ), clock AS MATERIALIZED (
    SELECT date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' AS until
  ), span AS MATERIALIZED (
    SELECT run.organisation_id, run.project_id, run.agent, clock.until,
           least(clock.until, greatest(clock.until - ${LONGEST_SPAN},
             coalesce($2::timestamptz, (before.result->>'until')::timestamptz, clock.until - ${WITHOUT_A_PULSE}))) AS since,
           CASE WHEN $2::timestamptz IS NULL AND split_part(before.result->>'position', '.', 1) = event_era()::text
                THEN split_part(before.result->>'position', '.', 2)::pg_snapshot END AS seen
      FROM run CROSS JOIN clock LEFT JOIN before ON true
  ), ended AS MATERIALIZED (
    SELECT r.id, r.agent, r.status, r.error, r.finished_at
      FROM span s JOIN agent_runs r ON r.organisation_id = s.organisation_id AND r.project_id = s.project_id
     WHERE r.agent <> s.agent AND (NOT r.agent = ANY($3) OR r.status IN ('failed', 'timed_out'))
       AND r.finished_at > s.since - ${LONGEST_COMMIT}
       AND (r.finished_at > s.since
            OR EXISTS (SELECT FROM agent_run_events e WHERE e.run_id = r.id AND e.seq = r.event_seq
                          AND e.era = event_era() AND NOT pg_visible_in_snapshot(e.xid, s.seen)))
  ), failed AS (${FAILED}), schedule AS MATERIALIZED (
    SELECT c.* FROM span s JOIN schedules c ON c.organisation_id = s.organisation_id AND c.project_id = s.project_id
     WHERE c.agent <> s.agent
  ), change AS MATERIALIZED (
    SELECT e.schedule_id, c.agent, replace(e.type, 'schedule_', '') AS change, e.at
      FROM span s CROSS JOIN schedule c JOIN schedule_events e ON e.schedule_id = c.id
     WHERE e.at > s.since AND e.type IN ('schedule_failing', 'schedule_recovered')
  ), waiting AS MATERIALIZED (
    SELECT r.id, r.agent, r.status, w.since, w.since + ${WAITS_LONG} > s.since AS is_new
      FROM span s JOIN agent_runs r ON r.organisation_id = s.organisation_id AND r.project_id = s.project_id
     CROSS JOIN LATERAL (SELECT greatest(r.created_at, r.due_at, r.started_at) AS since) w
     WHERE r.agent <> s.agent AND r.status IN ('queued', 'throttled', 'waiting') AND w.since <= s.until - ${WAITS_LONG}
  )
  SELECT jsonb_build_object(
           'since', ${iso('s.since')}, 'until', ${iso('s.until')}, 
           'position', event_era() || '.' || pg_current_snapshot(),
           'ended', ${ENDED_RUNS}, 'failures', ${FAILURES},
           'schedules', jsonb_build_object('total', (SELECT count(*) FROM change),
             'failing', (SELECT count(*) FROM change WHERE change = 'failing'),
             'recovered', (SELECT count(*) FROM change WHERE change = 'recovered'),
             'failing_now', (SELECT count(*) FROM schedule WHERE failing_since IS NOT NULL),
             'listed', (SELECT coalesce(jsonb_agg(jsonb_build_object('schedule_id', c.schedule_id, 'agent', c.agent,
                                 'change', c.change, 'at', ${iso('c.at')}) ORDER BY c.at DESC), '[]')
                          FROM (SELECT * FROM change ORDER BY at DESC LIMIT ${MOST_SCHEDULES}) c)),
           'waiting', jsonb_build_object('total', (SELECT count(*) FROM waiting WHERE is_new),
             'now', (SELECT count(*) FROM waiting),
             'listed', (SELECT coalesce(jsonb_agg(jsonb_build_object('run_id', w.id, 'agent', w.agent,
                                 'status', w.status, 'since', ${iso('w.since')}) ORDER BY w.since), '[]')
                          FROM (SELECT * FROM waiting WHERE is_new ORDER BY since LIMIT ${MOST_WAITING}) w))
         ) AS facts
    FROM span s`;
