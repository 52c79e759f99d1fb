import { setTimeout as pause } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { Environment } from '../config/environment.js';
import type { Logger } from '../config/logger.js';
import { untilAvailable } from '../config/until-available.js';
import { Listener } from '../db/listener.js';
import type { OperationalSettings } from './operational.js';
import { readOverrides } from './override.store.js';
import { holds, settingsUnder } from './overrides.js';

type Changed = (now: OperationalSettings, before: OperationalSettings) => void;

const AGAIN_MS = 500;

/** The operational settings as they are now, in each process: read at the start, and again when PostgreSQL says so. */
export class RuntimeSettings {
  private readonly listeners = new Set<Changed>();
  private readonly listener: Listener;
  private snapshot: OperationalSettings;
  private reading: Promise<void> | undefined;
  private stale = false;
  private closed = false;

  private constructor(
    private readonly env: Environment,
    private readonly db: DataSource,
    private readonly logger: Logger,
  ) {
    this.snapshot = settingsUnder(env, []);
    this.listener = new Listener({
      url: env.DATABASE_URL,
      name: 'nightshift-settings',
      channel: 'nightshift_settings',
      heard: () => void this.refresh(),
    });
  }

  /** Waits until the overrides are read: to begin without them would do what somebody has switched off. */
  static async open(env: Environment, db: DataSource, logger: Logger): Promise<RuntimeSettings> {
    const settings = new RuntimeSettings(env, db, logger);
    await untilAvailable(() => settings.listener.open(), {
      logger,
      words: 'the settings cannot be read yet; waiting',
      every_ms: AGAIN_MS,
    });
    await settings.refresh();
    return settings;
  }

  /** Returns the same object until something changes. While PostgreSQL is away, the last settings stay. */
  current(): OperationalSettings {
    return this.snapshot;
  }

  onChange(listener: Changed): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Done when a reading that began after this call is in place. */
  refresh(): Promise<void> {
    this.stale = true;
    this.reading ??= this.read();
    return this.reading;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.listeners.clear();
    await this.listener.close();
    await this.reading;
  }

  /** Settings are read one at a time, so that an older reading never covers a newer one. */
  private async read(): Promise<void> {
    for (let failed = false; this.stale && !this.closed; ) {
      this.stale = false;
      try {
        const overrides = await readOverrides(this.db);
        for (const one of overrides.filter((row) => row.value !== null && !holds(row)))
          this.logger.warn({ setting: one.name }, 'an override is not usable here; the environment decides');
        this.become(settingsUnder(this.env, overrides));
        failed = false;
      } catch (error) {
        this.stale = true;
        if (!failed) this.logger.warn({ err: error }, 'the settings could not be read; trying again');
        failed = true;
        await pause(AGAIN_MS);
      }
    }
    this.reading = undefined;
  }

  private become(now: OperationalSettings): void {
    const before = this.snapshot;
    const names = Object.keys(now) as (keyof OperationalSettings)[];
    if (names.every((name) => now[name] === before[name])) return;
    this.snapshot = Object.freeze(now);
    const changed = names.filter((name) => now[name] !== before[name]);
    this.logger.info({ settings: changed }, 'settings have changed');
    for (const listener of this.listeners) listener(now, before);
  }
}
