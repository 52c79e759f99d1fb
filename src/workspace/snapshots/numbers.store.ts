import type { DataSource, EntityManager } from 'typeorm';
import type { ProjectPlace } from '../place.js';
import { NOT_INTERNAL } from '../threads/message.sql.js';

export interface Numbers {
  tickets: { opened: number; closed: number; blocked: number };
  docs: { written: number };
  messages: number;
  checkins: number;
  runs: { agent: string; status: string; runs: number }[];
  tokens: { input: number; output: number };
  cost_usd: number;
}

/** Counts from the first to the last day, both included, by the project's clock. */
export async function numbersOf(
  tx: DataSource | EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  from_day: string,
  to_day: string,
): Promise<Numbers> {
  const [row]: [{ numbers: Numbers }?] = await tx.query(NUMBERS, [
    organisation_id,
    project_id,
    from_day,
    to_day,
  ]);
  if (!row) throw new Error(`there is no project ${project_id}`);
  return row.numbers;
}

/** A day is asked of each moment, never laid out as hours: one with 23 or 25 of them counts like any other. */
const within = (moment: string) => `(${moment} AT TIME ZONE zone)::date BETWEEN $3::date AND $4::date`;
const here = (table: string) => `${table}.organisation_id = $1 AND ${table}.project_id = $2`;

const NUMBERS = `
  WITH place AS (SELECT time_zone AS zone FROM projects WHERE organisation_id = $1 AND id = $2),
  ran AS (
    SELECT r.id, r.agent, r.status FROM agent_runs r, place WHERE ${here('r')} AND ${within('r.created_at')}
  ),
  spent AS (
    SELECT sum(c.input_tokens) AS input, sum(c.output_tokens) AS output, sum(c.cost_usd) AS cost_usd
      FROM agent_run_model_calls c JOIN ran ON ran.id = c.run_id
  )
  SELECT jsonb_build_object(
    'tickets', (
      SELECT jsonb_build_object(
        'opened', count(*) FILTER (WHERE ${within('t.created_at')}),
        'closed', count(*) FILTER (WHERE ${within('t.closed_at')}),
        'blocked', count(*) FILTER (WHERE t.status = 'blocked' AND (t.created_at AT TIME ZONE zone)::date <= $4::date)
      ) FROM tickets t WHERE ${here('t')}
    ),
    'docs', jsonb_build_object('written', (
      SELECT count(*) FROM docs d WHERE ${here('d')} AND (${within('d.created_at')} OR EXISTS (
        SELECT FROM doc_revisions v WHERE v.doc_id = d.id AND ${within('v.at')}))
    )),
    'messages', (
      SELECT count(*) FROM messages m
       WHERE ${here('m')} AND ${within('m.at')} AND ${NOT_INTERNAL('m')}
    ),
    'checkins', (SELECT count(*) FROM checkins c WHERE ${here('c')} AND ${within('c.at')}),
    'runs', (
      SELECT coalesce(jsonb_agg(to_jsonb(g) ORDER BY g.agent, g.status), '[]')
        FROM (SELECT agent, status, count(*) AS runs FROM ran GROUP BY agent, status) g
    ),
    'tokens', jsonb_build_object('input', coalesce(spent.input, 0), 'output', coalesce(spent.output, 0)),
    'cost_usd', coalesce(spent.cost_usd, 0)
  ) AS numbers FROM place, spent`;
