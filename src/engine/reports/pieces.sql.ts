/** Parts that the statements of reports share. `span` is the run that asks, with `since` and `until`. */

export const iso = (moment: string) =>
  `to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const MOST_GROUPS = 20;
const MOST_FAILURES = 20;
const MOST_CHARACTERS = 200;

/** One short line of the failure's message. */
export const messageOf = (run: string) =>
  `left(regexp_replace(left(coalesce(${run}.error->>'message', ''), 1000), '[[:cntrl:][:space:]]+', ' ', 'g'), ${MOST_CHARACTERS})`;

/** Runs by agent and status, over the rows of `ended`. */
export const ENDED_RUNS = `
  jsonb_build_object('total', (SELECT count(*) FROM ended), 'listed', (
    SELECT coalesce(jsonb_agg(to_jsonb(g) ORDER BY g.count DESC, g.agent, g.status), '[]')
      FROM (SELECT agent, status, count(*) FROM ended GROUP BY agent, status
             ORDER BY count(*) DESC, agent, status LIMIT ${MOST_GROUPS}) g))`;

/** The newest failures over the rows of `ended`, each message in one short line. */
export const FAILURES = `
  jsonb_build_object('total', (SELECT count(*) FROM failed), 'listed', (
    SELECT coalesce(jsonb_agg(jsonb_build_object('run_id', f.id, 'agent', f.agent,
             'code', left(coalesce(f.error->>'code', f.status), 63),
             'message', ${messageOf('f')},
             'ended_at', ${iso('f.finished_at')}) ORDER BY f.finished_at DESC, f.id DESC), '[]')
      FROM (SELECT * FROM failed ORDER BY finished_at DESC, id DESC LIMIT ${MOST_FAILURES}) f))`;

export const FAILED = `SELECT * FROM ended WHERE status IN ('failed', 'timed_out')`;
