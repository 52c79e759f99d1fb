import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { Binaries } from '../../stack/postgres/binaries.js';
import { type Postgres, startPostgres } from '../../stack/postgres.js';
import { startTemporal, type Temporal } from '../../stack/temporal/server.js';
import { makeTemplate } from './database.js';
import { freePorts } from './free-ports.js';
import type { Parts } from './stack.js';
import { UNSAFE_BUT_QUICK as settings, temporaryHome } from './temporary-home.js';

const log = () => undefined;

/** A Temporal of one's own, to stop, start and lose. */
export class PrivateTemporal {
  private readonly home = temporaryHome();
  private ports!: [number, number];
  private server: Temporal | undefined;

  get address(): string {
    return `127.0.0.1:${this.ports[0]}`;
  }

  async start(): Promise<void> {
    this.ports ??= await freePorts(2);
    const [port, uiPort] = this.ports;
    this.server = await startTemporal({ home: this.home, port, uiPort, namespace: 'default', log });
  }

  async stop(): Promise<void> {
    await this.server?.stop();
    this.server = undefined;
  }

  /** All that its database holds on the disk, as it lies there. */
  bytes(): Buffer {
    const folder = join(this.home, 'temporal');
    return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
  }

  loseEverything(): void {
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(this.home, 'temporal', `temporal.sqlite${suffix}`), { force: true });
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** A PostgreSQL of one's own, to restart. */
export class PrivatePostgres {
  private readonly home = temporaryHome();
  private port = 0;
  private server: Postgres | undefined;

  constructor(private readonly binaries?: Binaries) {}

  get url(): string {
    return this.server?.url ?? '';
  }

  async start(): Promise<void> {
    if (this.port === 0) [this.port] = await freePorts(1);
    this.server = await startPostgres({
      home: this.home,
      port: this.port,
      log,
      settings,
      binaries: this.binaries,
    });
  }

  /** The schema as a template, as on the shared server. */
  prepare(): Promise<void> {
    return makeTemplate(this.url);
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

export function sharedParts(): Parts {
  return { postgres: inject('postgres'), temporal: inject('temporal'), model: inject('model') };
}
