import type { DataSource, EntityManager } from 'typeorm';
import type { Logger } from '../../platform/config/logger.js';
import type { Cadence } from '../../platform/db/entities/schedule.entity.js';
import type { Engine } from '../../platform/temporal/engine.js';
import { cadenceKey } from '../cadences/cadence.js';
import type { ScheduleSettings } from '../cadences/schedule-settings.js';
import { temporalSpec } from '../cadences/temporal-spec.js';
import {
  type CadenceToSync,
  cadencesToPlan,
  cadencesToSync,
  type SyncedCadence,
  setSynced,
  setWanted,
} from './cadence.store.js';

const AT_ONCE = 16;

/**
 * Writes the Schedules that Temporal should have for these cadences, or for all; none for a cadence that nobody
 * follows.
 */
export async function planSync(
  tx: EntityManager,
  settings: ScheduleSettings,
  cadences: string[] | 'all',
): Promise<void> {
  const rows = await cadencesToPlan(tx, cadences);
  const changed = rows
    .map(({ id, spec, wanted, followed }) => ({
      id,
      before: wanted,
      wanted: followed ? wantedOf(spec, settings) : null,
    }))
    .filter(({ before, wanted }) => before !== wanted);
  if (changed.length === 0) return;
  await setWanted(tx, changed);
}

/** Brings Temporal's Schedules up to date. A refusal is kept with its cadence, and the Schedule is tried again. */
export async function syncTemporal(
  db: DataSource,
  engine: Engine,
  settings: ScheduleSettings,
  logger: Logger,
): Promise<number> {
  const rows = await cadencesToSync(db);
  const synced: SyncedCadence[] = [];
  const left = [...rows];
  const work = async () => {
    for (let row = left.shift(); row && engine.up; row = left.shift()) {
      const { id, wanted } = row;
      try {
        await tell(engine, row, settings);
        synced.push({ id, synced: wanted, refused: null });
      } catch (error) {
        if (!engine.up) return;
        logger.error({ err: error, cadence_id: id }, 'Temporal refuses a Schedule');
        synced.push({ id, synced: null, refused: causeOf(error) });
      }
    }
  };
  if (rows.length > 0 && (engine.up || (await engine.reachable()))) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, rows.length) }, work));
  }
  if (synced.length === 0) return 0;
  await setSynced(db, synced);
  return synced.filter(({ refused }) => refused === null).length;
}

async function tell(
  engine: Engine,
  { id, spec, wanted }: CadenceToSync,
  settings: ScheduleSettings,
): Promise<void> {
  if (wanted === null) return engine.schedules.remove(id);
  await engine.schedules.keep({
    cadence_id: id,
    title: cadenceKey(spec),
    spec: temporalSpec(spec, new Date()),
    catch_up_seconds: settings.SCHEDULE_CATCH_UP_SECONDS,
    paused: settings.OPERATING_BACKGROUND_ENABLED ? null : 'OPERATING_BACKGROUND_ENABLED is false',
  });
}

/**
 * The value changes whenever Temporal needs another Schedule. A shift of a clock is named by its date, so each year has
 * its own.
 */
function wantedOf(spec: Cadence, settings: ScheduleSettings): string {
  const { OPERATING_BACKGROUND_ENABLED: on, SCHEDULE_CATCH_UP_SECONDS: catch_up } = settings;
  const year = spec.kind === 'cron' ? ` of ${new Date().getUTCFullYear()}` : '';
  return `${cadenceKey(spec)}${year}, catch-up ${catch_up} s${on ? '' : ', paused'}`;
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
