import type { DataSource, EntityManager } from 'typeorm';
import type { SpanOutcome, TickReason } from '../../platform/db/entities/schedule.entity.js';
import type { MemberOfTick } from './decide-tick.js';
import { lockSchedules } from './schedule.repository.js';
import { AGENT_OF_SCHEDULE, HAS_MEMBERS } from './schedule.sql.js';

export interface Refused {
  schedule_id: string;
  outcome: SpanOutcome;
  reason: TickReason;
}

const LEAST_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Members with a period `p` of the cadence, $1, at the tick, $2, after the schedule $3, at most $4 of them. Open and
 * closed periods have an index each.
 */
const PERIODS_OF_TICK = (where: string) => `
  SELECT schedule_id, until FROM schedule_periods p
   WHERE cadence_id = $1 AND ${where} AND since < $2 AND schedule_id > $3::uuid ORDER BY schedule_id LIMIT $4`;

const FOLLOWERS = (which: string) => `
  (${PERIODS_OF_TICK(`until IS NULL AND ${which}`)}) UNION ALL (${PERIODS_OF_TICK(`until >= $2 AND ${which}`)})
  ORDER BY schedule_id LIMIT $4`;

/** A tick that is being answered is the latest of its cadence, so that a span which answers it ends with it. */
const IS_UNANSWERED = `
  NOT EXISTS (SELECT FROM agent_runs r WHERE r.schedule_id = p.schedule_id AND r.tick_at = $2)
  AND NOT EXISTS (SELECT FROM tick_spans t
                   WHERE t.schedule_id = p.schedule_id AND t.cadence_id = $1 AND t.last_tick = $2)`;

export const FOLLOWERS_OF_TICK = { all: FOLLOWERS('true'), unanswered: FOLLOWERS(IS_UNANSWERED) };

const MEMBERS = (followers: string) => `
  SELECT s.id AS schedule_id, s.agent, s.organisation_id, s.project_id, s.user_id, s.paused_at, u.email AS paused_by,
         p.until IS NOT NULL AS left_since, j.archived_at IS NOT NULL AS archived, j.time_zone,
         v.id AS version_id, NOT a.built_in AND jsonb_typeof(v.definition->'input_schema') = 'object' AS has_schema,
         v.definition->>'audience' AS audience, v.definition->>'overlap' AS overlap, v.definition->>'target' AS target,
         ${HAS_MEMBERS} AS has_members,
         (SELECT r.id FROM agent_runs r WHERE r.schedule_id = s.id AND r.finished_at IS NULL ORDER BY r.id DESC LIMIT 1)
           AS running
    FROM (${followers}) p
    JOIN schedules s ON s.id = p.schedule_id
    JOIN projects j ON j.id = s.project_id
    LEFT JOIN users u ON u.id = s.paused_by
    ${AGENT_OF_SCHEDULE}
    LEFT JOIN agent_versions v ON v.agent_id = a.id AND v.status = 'published'
   ORDER BY s.id`;

export const MEMBERS_OF_TICK = {
  all: MEMBERS(FOLLOWERS_OF_TICK.all),
  unanswered: MEMBERS(FOLLOWERS_OF_TICK.unanswered),
};

/**
 * Returns the followers of the cadence at this tick, ordered by id, with the facts that decide about their run: all of
 * them, or those without an answer.
 */
export async function membersOfTick(
  tx: EntityManager,
  cadence_id: string,
  tick: Date,
  after: string | null,
  limit: number,
  which: keyof typeof FOLLOWERS_OF_TICK,
): Promise<MemberOfTick[]> {
  const of = [cadence_id, tick, after ?? LEAST_ID, limit];
  const followers: { schedule_id: string }[] = await tx.query(FOLLOWERS_OF_TICK[which], of);
  await lockSchedules(
    tx,
    followers.map(({ schedule_id }) => schedule_id),
  );
  return tx.query(MEMBERS_OF_TICK[which], of);
}

export const ANSWER_MEMBERS = `
  WITH given AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS g(schedule_id uuid, outcome text, reason jsonb)
  ), longer AS (
    UPDATE tick_spans s SET last_tick = $3, ticks = s.ticks + 1 FROM given g
     WHERE s.schedule_id = g.schedule_id AND s.cadence_id = $2 AND s.last_tick = $4
       AND s.outcome = g.outcome AND s.reason = g.reason
    RETURNING s.schedule_id
  )
  INSERT INTO tick_spans (cadence_id, schedule_id, first_tick, last_tick, ticks, outcome, reason)
  SELECT $2, g.schedule_id, $3, $3, 1, g.outcome, g.reason FROM given g
   WHERE NOT EXISTS (SELECT FROM longer l WHERE l.schedule_id = g.schedule_id)
  ON CONFLICT DO NOTHING`;

/**
 * Records the reason against a run. The member's last span is extended if it ended with the previous tick for the same
 * reason.
 */
export async function answerMembers(
  tx: EntityManager,
  cadence_id: string,
  tick: Date,
  before: Date | null,
  refused: Refused[],
): Promise<void> {
  if (refused.length === 0) return;
  await tx.query(ANSWER_MEMBERS, [JSON.stringify(refused), cadence_id, tick, before]);
}

const INSERT_SPAN = `
  INSERT INTO tick_spans (cadence_id, first_tick, last_tick, ticks, outcome, reason)
  VALUES ($1, $2, $3, $4, $5, $6::jsonb) ON CONFLICT DO NOTHING`;

/** Writes the answer of all followers of the cadence. */
export async function insertSpan(
  db: DataSource | EntityManager,
  cadence_id: string,
  { first, last, ticks }: { first: Date; last: Date; ticks: number },
  { outcome, reason }: Omit<Refused, 'schedule_id'>,
): Promise<void> {
  await db.query(INSERT_SPAN, [cadence_id, first, last, ticks, outcome, JSON.stringify(reason)]);
}
