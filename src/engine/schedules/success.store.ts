import type { DataSource } from 'typeorm';
import { IS_DISABLED } from '../agents/effective.sql.js';

export interface ChangedSchedule {
  id: string;
  organisation_id: string;
  agent: string;
  seconds?: number;
  failing_since?: Date;
}

/** Being disabled or paused is no failure: something must have been tried, or missed. */
const FAILING = `
  UPDATE schedules s SET failing_since = clock_timestamp()
    FROM schedule_periods p, cadences c, jsonb_to_recordset($1::jsonb) AS w(cadence_id uuid, seconds integer)
   WHERE p.schedule_id = s.id AND p.until IS NULL AND c.id = s.cadence_id AND w.cadence_id = s.cadence_id
     AND s.failing_since IS NULL AND s.paused_at IS NULL AND p.since < now() - w.seconds * interval '1 second'
     AND NOT ${IS_DISABLED({ agent: 's.agent', organisation_id: 's.organisation_id', project_id: 's.project_id', user_id: 's.user_id' })}
     AND NOT EXISTS (SELECT FROM agent_runs r WHERE r.schedule_id = s.id AND r.status = 'completed'
                        AND r.tick_at > now() - w.seconds * interval '1 second')
     AND (c.refused IS NOT NULL OR c.next_at < now() - w.seconds * interval '1 second'
          OR EXISTS (SELECT FROM agent_runs r WHERE r.schedule_id = s.id
                        AND r.tick_at > now() - w.seconds * interval '1 second')
          OR EXISTS (SELECT FROM tick_spans t WHERE t.schedule_id IS NULL AND t.cadence_id = c.id AND t.outcome = 'missed'
                        AND t.last_tick > now() - w.seconds * interval '1 second')
          OR EXISTS (SELECT FROM tick_spans t WHERE t.schedule_id = s.id AND t.cadence_id = c.id AND t.outcome = 'missed'
                        AND t.last_tick > now() - w.seconds * interval '1 second'))
  RETURNING s.id, s.organisation_id, s.agent, w.seconds`;

/** Marks and returns the schedules without a success for longer than their cadence allows. */
export async function setFailing(
  db: DataSource,
  patience: readonly { cadence_id: string; seconds: number }[],
): Promise<ChangedSchedule[]> {
  const [failing]: [ChangedSchedule[]] = await db.query(FAILING, [JSON.stringify(patience)]);
  return failing;
}

const RECOVERED = `
  UPDATE schedules s SET failing_since = NULL
    FROM schedules before
   WHERE before.id = s.id AND s.failing_since IS NOT NULL
     AND EXISTS (SELECT FROM agent_runs r WHERE r.schedule_id = s.id AND r.status = 'completed'
                    AND r.finished_at > s.failing_since)
  RETURNING s.id, s.organisation_id, s.agent, before.failing_since`;

export async function setRecovered(db: DataSource): Promise<ChangedSchedule[]> {
  const [recovered]: [ChangedSchedule[]] = await db.query(RECOVERED);
  return recovered;
}

const INSERT_EVENTS = `
  INSERT INTO schedule_events (id, schedule_id, organisation_id, type, data)
  SELECT id, schedule_id, organisation_id, $2, data
    FROM jsonb_to_recordset($1::jsonb) AS e(id uuid, schedule_id uuid, organisation_id uuid, data jsonb)`;

interface NewScheduleEvent {
  id: string;
  schedule_id: string;
  organisation_id: string;
  data: object;
}

export async function insertScheduleEvents(
  db: DataSource,
  type: string,
  events: readonly NewScheduleEvent[],
): Promise<void> {
  await db.query(INSERT_EVENTS, [JSON.stringify(events), type]);
}
