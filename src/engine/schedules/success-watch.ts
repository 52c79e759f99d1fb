import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Logger } from '../../platform/config/logger.js';
import type { Cadence } from '../../platform/db/entities/schedule.entity.js';
import { nextTicks } from '../cadences/ticks.js';
import { cadencesInUse } from './cadence.store.js';
import { type ChangedSchedule, insertScheduleEvents, setFailing, setRecovered } from './success.store.js';

/** A success is missing after this many ticks without one. */
const TICKS_WITHOUT_SUCCESS = 3;
const LEAST_SECONDS = 60;

/** Raises an event where a schedule has not succeeded in time, and another when it does again. */
export class SuccessWatch {
  constructor(
    private readonly db: DataSource,
    private readonly logger: Logger,
  ) {}

  async pass(): Promise<number> {
    const cadences = await cadencesInUse(this.db);
    const patience = cadences.flatMap(({ id, spec }) => {
      const seconds = patienceOf(spec, new Date());
      return seconds === null ? [] : [{ cadence_id: id, seconds }];
    });
    const failing = await setFailing(this.db, patience);
    const recovered = await setRecovered(this.db);
    await this.tell('schedule_failing', failing);
    await this.tell('schedule_recovered', recovered);
    return failing.length + recovered.length;
  }

  private async tell(type: string, changed: ChangedSchedule[]): Promise<void> {
    if (changed.length === 0) return;
    const events = changed.map(({ id, organisation_id, agent, seconds, failing_since }) => ({
      id: uuidv7(),
      schedule_id: id,
      organisation_id,
      data:
        type === 'schedule_failing' ? { agent, without_success_seconds: seconds } : { agent, failing_since },
    }));
    await insertScheduleEvents(this.db, type, events);
    for (const { schedule_id, data } of events) this.logger.warn({ schedule_id, ...data }, type);
  }
}

/** Returns how long a success may be missing; null if only one tick ever comes. */
export function patienceOf(cadence: Cadence, now: Date): number | null {
  const ticks = nextTicks(cadence, now, TICKS_WITHOUT_SUCCESS + 1);
  const [first, last] = [ticks[0], ticks[TICKS_WITHOUT_SUCCESS]];
  if (!first || !last) return null;
  return Math.max(LEAST_SECONDS, Math.ceil((last.getTime() - first.getTime()) / 1000));
}
