import type { DataSource, EntityManager } from 'typeorm';
import type { Logger } from '../../platform/config/logger.js';
import type { Cadence } from '../../platform/db/entities/schedule.entity.js';
import type { Engine } from '../../platform/temporal/engine.js';
import { cadenceKey } from '../cadences/cadence.js';
import type { ScheduleSettings } from '../cadences/schedule-settings.js';
import { temporalSpec } from '../cadences/temporal-spec.js';

interface CadenceToSync {
  id: string;
  spec: Cadence;
  wanted: string | null;
}

const AT_ONCE = 16;

const CADENCES_TO_PLAN = `
  SELECT c.id, c.spec, c.wanted,
         EXISTS (SELECT FROM schedule_periods p WHERE p.cadence_id = c.id AND p.until IS NULL) AS followed
    FROM cadences c WHERE $1::uuid[] IS NULL OR c.id = ANY($1) ORDER BY c.id`;

const SET_WANTED = `
  UPDATE cadences c SET wanted = w.wanted, refused = NULL
    FROM jsonb_to_recordset($1::jsonb) AS w(id uuid, wanted text) WHERE c.id = w.id`;

/**
 * Writes the Schedules that Temporal should have for these cadences, or for all; none for a cadence that nobody
 * follows.
 */
export async function planSync(
  tx: EntityManager,
  settings: ScheduleSettings,
  cadences: string[] | 'all',
): Promise<void> {
  const rows: (CadenceToSync & { followed: boolean })[] = await tx.query(CADENCES_TO_PLAN, [
    cadences === 'all' ? null : cadences,
  ]);
  const changed = rows
    .map(({ id, spec, wanted, followed }) => ({
      id,
      before: wanted,
      wanted: followed ? wantedOf(spec, settings) : null,
    }))
    .filter(({ before, wanted }) => before !== wanted);
  if (changed.length === 0) return;
  await tx.query(SET_WANTED, [JSON.stringify(changed)]);
}

const SET_TOLD = `
  UPDATE cadences c SET told = t.told, refused = t.refused
    FROM jsonb_to_recordset($1::jsonb) AS t(id uuid, told text, refused text) WHERE c.id = t.id`;

/** Tells Temporal whatever it was not told yet. What it refuses is kept with the cadence and tried again. */
export async function syncTemporal(
  db: DataSource,
  engine: Engine,
  settings: ScheduleSettings,
  logger: Logger,
): Promise<number> {
  const rows: CadenceToSync[] = await db.query(
    `SELECT id, spec, wanted FROM cadences WHERE wanted IS DISTINCT FROM told AND refused IS NULL ORDER BY id`,
  );
  const synced: { id: string; told: string | null; refused: string | null }[] = [];
  const left = [...rows];
  const work = async () => {
    for (let row = left.shift(); row && engine.up; row = left.shift()) {
      const { id, wanted } = row;
      try {
        await tell(engine, row, settings);
        synced.push({ id, told: wanted, refused: null });
      } catch (error) {
        if (!engine.up) return;
        logger.error({ err: error, cadence_id: id }, 'Temporal refuses a Schedule');
        synced.push({ id, told: null, refused: causeOf(error) });
      }
    }
  };
  if (rows.length > 0 && (engine.up || (await engine.reachable()))) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, rows.length) }, work));
  }
  if (synced.length === 0) return 0;
  await db.query(SET_TOLD, [JSON.stringify(synced)]);
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
