import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Logger } from '../../platform/config/logger.js';
import type { Cadence } from '../../platform/db/entities/schedule.entity.js';
import { IS_DISABLED } from '../agents/effective.sql.js';
import { nextTicks } from '../cadences/ticks.js';

/** A success is missing after this many ticks without one. */
const TICKS_WITHOUT_SUCCESS = 3;
const LEAST_SECONDS = 60;

const INSERT_EVENTS = `
  INSERT INTO schedule_events (id, schedule_id, organisation_id, type, data)
  SELECT id, schedule_id, organisation_id, $2, data
    FROM jsonb_to_recordset($1::jsonb) AS e(id uuid, schedule_id uuid, organisation_id uuid, data jsonb)`;

/** Raises an event where a schedule has not succeeded in time, and another when it does again. */
export class SuccessWatch {
  constructor(
    private readonly db: DataSource,
    private readonly logger: Logger,
  ) {}

  async pass(): Promise<number> {
    const cadences: { id: string; spec: Cadence }[] = await this.db.query(
      `SELECT id, spec FROM cadences WHERE wanted IS NOT NULL AND off_since IS NULL`,
    );
    const patience = cadences.flatMap(({ id, spec }) => {
      const seconds = patienceOf(spec, new Date());
      return seconds === null ? [] : [{ cadence_id: id, seconds }];
    });
    const failing: Changed[] = await this.mark(FAILING, JSON.stringify(patience));
    const recovered: Changed[] = await this.mark(RECOVERED);
    await this.tell('schedule_failing', failing);
    await this.tell('schedule_recovered', recovered);
    return failing.length + recovered.length;
  }

  private async mark(sql: string, ...values: string[]): Promise<Changed[]> {
    const [rows]: [Changed[], number] = await this.db.query(sql, values);
    return rows;
  }

  private async tell(type: string, changed: Changed[]): Promise<void> {
    if (changed.length === 0) return;
    const events = changed.map(({ id, organisation_id, agent, seconds, failing_since }) => ({
      id: uuidv7(),
      schedule_id: id,
      organisation_id,
      data:
        type === 'schedule_failing' ? { agent, without_success_seconds: seconds } : { agent, failing_since },
    }));
    await this.db.query(INSERT_EVENTS, [JSON.stringify(events), type]);
    for (const { schedule_id, data } of events) this.logger.warn({ schedule_id, ...data }, type);
  }
}

interface Changed {
  id: string;
  organisation_id: string;
  agent: string;
  seconds?: number;
  failing_since?: Date;
}

/** Returns how long a success may be missing; null if only one tick ever comes. */
export function patienceOf(cadence: Cadence, now: Date): number | null {
  const ticks = nextTicks(cadence, now, TICKS_WITHOUT_SUCCESS + 1);
  const [first, last] = [ticks[0], ticks[TICKS_WITHOUT_SUCCESS]];
  if (!first || !last) return null;
  return Math.max(LEAST_SECONDS, Math.ceil((last.getTime() - first.getTime()) / 1000));
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

const RECOVERED = `
  UPDATE schedules s SET failing_since = NULL
    FROM schedules before
   WHERE before.id = s.id AND s.failing_since IS NOT NULL
     AND EXISTS (SELECT FROM agent_runs r WHERE r.schedule_id = s.id AND r.status = 'completed'
                    AND r.finished_at > s.failing_since)
  RETURNING s.id, s.organisation_id, s.agent, before.failing_since`;
