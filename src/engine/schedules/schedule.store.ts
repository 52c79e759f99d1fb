import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Cadence, TickReason } from '../../platform/db/entities/schedule.entity.js';
import { cadenceKey } from '../cadences/cadence.js';
import { nextTick } from '../cadences/ticks.js';
import { answerRest } from './answer-for-all.js';
import type { ScheduleChanges } from './changes.js';
import type { DesiredMember, SchedulableAgent, ScheduledProject, ScheduleMember } from './desired.js';
import type { Portion } from './portions.js';

export interface KnownCadence {
  id: string;
  key: string;
  spec: Cadence;
  accounted_until: Date;
  firing_at: Date | null;
  off_since: Date | null;
  wanted: string | null;
}

/** A cadence as the members of some projects see it. */
export interface SharedCadence extends KnownCadence {
  /** A member of another project follows it, of whichever organisation. */
  followed_elsewhere: boolean;
}

export interface FollowingSchedule extends ScheduleMember {
  id: string;
  cadence_id: string | null;
  origin: string | null;
}

interface Stock {
  agents: SchedulableAgent[];
  projects: ScheduledProject[];
  schedules: FollowingSchedule[];
}

const SCHEDULED_AGENTS = `
  SELECT a.key, a.organisation_id, v.definition->>'audience' AS audience, v.definition->'schedule' AS schedule
    FROM agents a JOIN agent_versions v ON v.agent_id = a.id AND v.status = 'published'
   WHERE a.built_in OR (a.organisation_id = ANY($1)
                        AND NOT EXISTS (SELECT FROM agents b WHERE b.key = a.key AND b.built_in))
   ORDER BY a.key, a.id`;

const PROJECTS_WITH_MEMBERS = `
  SELECT p.id, p.organisation_id, p.time_zone,
         ARRAY(SELECT m.user_id FROM project_members m WHERE m.project_id = p.id ORDER BY m.user_id) AS members
    FROM projects p WHERE p.id = ANY($1) AND p.archived_at IS NULL ORDER BY p.id`;

const KEPT_SCHEDULES = `
  SELECT id, agent, organisation_id, project_id, user_id, cadence_id, origin FROM schedules
   WHERE project_id = ANY($1)`;

/** Everything besides bindings that decides who follows which cadence in these projects, and who does now. */
export async function takeStock(tx: EntityManager, { organisations, projects: of }: Portion): Promise<Stock> {
  const agents: SchedulableAgent[] = await tx.query(SCHEDULED_AGENTS, [organisations]);
  const projects: ScheduledProject[] = await tx.query(PROJECTS_WITH_MEMBERS, [of]);
  const schedules: FollowingSchedule[] = await tx.query(KEPT_SCHEDULES, [of]);
  return { agents, projects, schedules };
}

const CADENCES_OF = `
  SELECT c.id, c.key, c.spec, c.accounted_until, c.firing_at, c.off_since, c.wanted,
         EXISTS (SELECT FROM schedule_periods p JOIN schedules s ON s.id = p.schedule_id
                  WHERE p.cadence_id = c.id AND p.until IS NULL AND NOT s.project_id = ANY($3)) AS followed_elsewhere
    FROM cadences c WHERE c.key = ANY($1) OR c.id = ANY($2) ORDER BY c.id`;

/** The cadences that members of these projects follow or are to follow, as far as there are any. */
export async function cadencesOf(
  tx: EntityManager,
  { projects }: Portion,
  desired: readonly DesiredMember[],
  current: readonly FollowingSchedule[],
): Promise<SharedCadence[]> {
  return tx.query(CADENCES_OF, [
    [...new Set(desired.map(({ key }) => key))],
    [...new Set(current.flatMap(({ cadence_id }) => cadence_id ?? []))],
    projects,
  ]);
}

/**
 * Writes the changes and returns the cadences that they concern. It locks the rows of the cadences first, so that a
 * tick is answered either for the earlier followers or for the later ones.
 */
export async function writeChanges(
  tx: EntityManager,
  changes: ScheduleChanges,
  cadences: readonly KnownCadence[],
  catch_up_seconds: number,
): Promise<string[]> {
  const ids = await cadenceIds(tx, changes, cadences);
  const { joining, moving, leaving, waking } = changes;
  const touched = [...joining, ...moving].map(({ key }) => ids.get(key)!);
  const left = [...moving, ...leaving].flatMap(({ from }) => from ?? []);
  const concerned = [...new Set([...touched, ...left])];
  await tx.query(`SELECT FROM cadences WHERE id = ANY($1) ORDER BY id FOR UPDATE`, [concerned]);
  await tx.query(
    `UPDATE cadences SET accounted_until = clock_timestamp() WHERE id = ANY($1) AND accounted_until < clock_timestamp()`,
    [waking],
  );
  await closePeriods(tx, [...moving.filter(({ from, key }) => from && from !== ids.get(key)), ...leaving]);
  await join(
    tx,
    joining.map((member) => ({ ...member, id: uuidv7(), cadence_id: ids.get(member.key)! })),
  );
  await move(
    tx,
    moving.map((member) => ({ ...member, cadence_id: ids.get(member.key)! })),
  );
  await closeAccounts(tx, changes.emptied, catch_up_seconds);
  return concerned;
}

const INSERT_CADENCES = `
  INSERT INTO cadences (id, key, spec, next_at, accounted_until)
  SELECT id, key, spec, next_at, clock_timestamp()
    FROM jsonb_to_recordset($1::jsonb) AS c(id uuid, key text, spec jsonb, next_at timestamptz)`;

async function cadenceIds(
  tx: EntityManager,
  { cadences: fresh }: ScheduleChanges,
  cadences: readonly KnownCadence[],
): Promise<Map<string, string>> {
  const ids = new Map(cadences.map(({ key, id }) => [key, id]));
  if (fresh.length > 0) {
    const [{ now }]: [{ now: Date }] = await tx.query(`SELECT clock_timestamp() AS now`);
    const rows = fresh.map((spec) => ({
      id: uuidv7(),
      key: cadenceKey(spec),
      spec,
      next_at: nextTick(spec, now),
    }));
    await tx.query(INSERT_CADENCES, [JSON.stringify(rows)]);
    for (const { key, id } of rows) ids.set(key, id);
  }
  return ids;
}

const CLOSE_PERIODS = `
  WITH closed AS (
    UPDATE schedule_periods p SET until = greatest(clock_timestamp(), c.firing_at, c.accounted_until)
      FROM cadences c WHERE c.id = p.cadence_id AND p.schedule_id = ANY($1) AND p.until IS NULL
    RETURNING p.schedule_id
  )
  UPDATE schedules s SET cadence_id = NULL, origin = NULL, failing_since = NULL FROM closed WHERE s.id = closed.schedule_id`;

/** A period closes at this moment, or at the tick that is being answered. */
async function closePeriods(tx: EntityManager, closing: { schedule_id: string }[]): Promise<void> {
  if (closing.length === 0) return;
  const ids = closing.map(({ schedule_id }) => schedule_id);
  await tx.query(CLOSE_PERIODS, [ids]);
}

/**
 * The period answers for ticks after this moment, after the tick that is being answered, and after the schedule's
 * previous period.
 */
const OPEN_PERIOD = `
  INSERT INTO schedule_periods (schedule_id, cadence_id, since)
  SELECT made.id, c.id, greatest(clock_timestamp(), c.firing_at, c.accounted_until,
                                 (SELECT max(p.until) FROM schedule_periods p WHERE p.schedule_id = made.id))`;

const JOIN_CADENCES = `
  WITH made AS (
    INSERT INTO schedules (id, agent, organisation_id, project_id, user_id, cadence_id, origin)
    SELECT id, agent, organisation_id, project_id, user_id, cadence_id, origin
      FROM jsonb_to_recordset($1::jsonb) AS m(id uuid, agent text, organisation_id uuid, project_id uuid, user_id uuid,
                                              cadence_id uuid, origin uuid)
    RETURNING id, cadence_id
  ) ${OPEN_PERIOD} FROM made JOIN cadences c ON c.id = made.cadence_id`;

async function join(
  tx: EntityManager,
  joining: (ScheduleMember & { id: string; cadence_id: string; origin: string | null })[],
) {
  if (joining.length === 0) return;
  await tx.query(JOIN_CADENCES, [
    JSON.stringify(
      joining.map(({ id, agent, organisation_id, project_id, user_id, cadence_id, origin }) => ({
        id,
        agent,
        organisation_id,
        project_id,
        user_id,
        cadence_id,
        origin,
      })),
    ),
  ]);
}

/** A period that begins where an empty one did takes its place. */
const REOPEN = `ON CONFLICT (schedule_id, since) DO UPDATE SET cadence_id = excluded.cadence_id, until = NULL`;

const MOVE_SCHEDULES = `
  WITH moved AS (
    SELECT schedule_id, cadence_id, origin, "from"
      FROM jsonb_to_recordset($1::jsonb) AS m(schedule_id uuid, cadence_id uuid, origin uuid, "from" uuid)
  ), made AS (
    UPDATE schedules s SET cadence_id = m.cadence_id, origin = m.origin FROM moved m WHERE s.id = m.schedule_id
    RETURNING s.id, s.cadence_id, m."from"
  ) ${OPEN_PERIOD} FROM made JOIN cadences c ON c.id = made.cadence_id
     WHERE made."from" IS DISTINCT FROM made.cadence_id ${REOPEN}`;

async function move(
  tx: EntityManager,
  moving: { schedule_id: string; cadence_id: string; origin: string | null; from: string | null }[],
): Promise<void> {
  if (moving.length === 0) return;
  await tx.query(MOVE_SCHEDULES, [
    JSON.stringify(
      moving.map(({ schedule_id, cadence_id, origin, from }) => ({
        schedule_id,
        cadence_id,
        origin,
        from,
      })),
    ),
  ]);
}

const NO_SCHEDULE: TickReason = {
  code: 'no_schedule',
  message: 'The schedule was taken away before the tick was answered.',
};

/** A cadence without followers gets no answer for its due ticks any more. */
async function closeAccounts(tx: EntityManager, emptied: string[], catch_up_seconds: number): Promise<void> {
  if (emptied.length === 0) return;
  const cadences: (KnownCadence & { now: Date })[] = await tx.query(
    `SELECT *, clock_timestamp() AS now FROM cadences WHERE id = ANY($1) ORDER BY id`,
    [emptied],
  );
  for (const cadence of cadences)
    await answerRest(tx, cadence, catch_up_seconds, { outcome: 'gated', reason: NO_SCHEDULE });
}
