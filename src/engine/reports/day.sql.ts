import { ENDED_RUNS, FAILED, FAILURES, iso } from './pieces.sql.js';

const MOST_SPANS = 500;

/** A clock that falls back at midnight shows it twice: the day begins the first time. */
const beginOf = (day: string) => `
  (SELECT coalesce(min(at) FILTER (WHERE (at AT TIME ZONE time_zone)::date = ${day}), max(at))
     FROM (VALUES ((${day})::timestamp AT TIME ZONE time_zone - interval '1 hour'),
                  ((${day})::timestamp AT TIME ZONE time_zone)) midnight(at))`;

/**
 * The day `$2` of the project of run `$1`, or the day before the run's tick. Runs of the agents `$3` count only if they
 * failed.
 */
export const DAY = `
  WITH run AS (
    SELECT p.organisation_id, p.id AS project_id, p.time_zone,
           coalesce($2::date, (coalesce(r.tick_at, r.created_at) AT TIME ZONE p.time_zone)::date - 1) AS day
      FROM agent_runs r JOIN projects p ON p.id = r.project_id AND p.organisation_id = r.organisation_id WHERE r.id = $1
  ), span AS MATERIALIZED (
    SELECT run.*, ${beginOf('day')} AS since, ${beginOf('day + 1')} AS until FROM run
  ), every AS MATERIALIZED (
    SELECT r.id, r.agent, r.status, r.error, r.started_at, r.finished_at, r.usage
      FROM span s JOIN agent_runs r ON r.organisation_id = s.organisation_id AND r.project_id = s.project_id
     WHERE r.finished_at >= s.since AND r.finished_at < s.until
  ), ended AS MATERIALIZED (
    SELECT *, round(extract(epoch FROM finished_at - started_at) * 1000)::bigint AS ms
      FROM every WHERE NOT agent = ANY($3) OR status IN ('failed', 'timed_out')
  ), failed AS (${FAILED}), unanswered AS (
    SELECT c.agent, d.spec, t.outcome, t.reason->>'code' AS code, part.first, part.last, count(*)::int AS schedules,
           sum((SELECT count(*) FROM agent_runs r
                 WHERE r.schedule_id = c.id AND r.tick_at BETWEEN part.first AND part.last))::int AS runs
      FROM span s
      JOIN schedules c ON c.organisation_id = s.organisation_id AND c.project_id = s.project_id
      JOIN schedule_periods p ON p.schedule_id = c.id AND p.since < s.until AND (p.until IS NULL OR p.until >= s.since)
      JOIN cadences d ON d.id = p.cadence_id
      JOIN tick_spans t ON t.cadence_id = d.id AND (t.schedule_id = c.id OR t.schedule_id IS NULL)
     CROSS JOIN LATERAL (SELECT greatest(t.first_tick, s.since, p.since + interval '1 millisecond') AS first,
                                least(t.last_tick, s.until - interval '1 millisecond', p.until) AS last) part
     WHERE part.first <= part.last
     GROUP BY c.agent, d.spec, t.outcome, t.reason->>'code', part.first, part.last
     ORDER BY c.agent, part.first LIMIT ${MOST_SPANS}
  )
  SELECT jsonb_build_object(
           'day', s.day, 'time_zone', s.time_zone, 'since', ${iso('s.since')}, 'until', ${iso('s.until')},
           'ended', ${ENDED_RUNS}, 'failures', ${FAILURES},
           'durations', (
             SELECT jsonb_build_object('median_ms', round(percentile_cont(0.5) WITHIN GROUP (ORDER BY e.ms)),
                      'longest', (SELECT jsonb_build_object('run_id', l.id, 'agent', l.agent, 'ms', l.ms)
                                    FROM ended l WHERE l.ms IS NOT NULL ORDER BY l.ms DESC, l.id LIMIT 1))
               FROM ended e WHERE e.ms IS NOT NULL HAVING count(*) > 0),
           'usage', (
             SELECT jsonb_build_object(
                      'model_calls', coalesce(sum((usage->>'model_calls')::bigint), 0),
                      'input_tokens', coalesce(sum((usage->>'input_tokens')::bigint), 0),
                      'output_tokens', coalesce(sum((usage->>'output_tokens')::bigint), 0),
                      'cost_usd', sum((usage->>'cost_usd')::numeric),
                      'runs_of_unknown_cost', count(*) FILTER (WHERE (usage->>'model_calls')::bigint > 0
                                                                 AND usage->>'cost_usd' IS NULL))
               FROM every)
         ) AS facts,
         (SELECT coalesce(jsonb_agg(u), '[]') FROM unanswered u) AS unanswered
    FROM span s`;
