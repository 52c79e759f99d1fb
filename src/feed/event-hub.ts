import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { ENVIRONMENT } from '../config/config.module.js';
import type { Environment } from '../config/environment.js';
import { EventReader, type StreamEvent } from './event.reader.js';

export interface Batch {
  seen: string;
  until: string;
  events: StreamEvent[];
}

type Listener = (batch: Batch) => void;

const CHANNEL = 'nightshift_events';
/** Gathers what is committed close together into one read. */
const GATHER_MS = 5;

/** Hears PostgreSQL say that there are events, reads them once, and hands them to every stream of this process. */
@Injectable()
export class EventHub implements OnApplicationShutdown {
  private readonly logger = new Logger('feed');
  private readonly listeners = new Set<Listener>();
  private readonly reader: EventReader;
  private client: pg.Client | undefined;
  private opening: Promise<void> | undefined;
  private catchingUp: Promise<void> | undefined;
  private seen = '';
  private reading = false;
  private announced = false;
  private closed = false;

  constructor(
    @InjectDataSource() db: DataSource,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {
    this.reader = new EventReader(db);
  }

  /** From the answered snapshot on, every batch goes to `listener`. */
  async join(listener: Listener): Promise<{ from: string; leave(): void }> {
    this.opening ??= this.open().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    await this.opening;
    if (this.listeners.size === 0 && !this.reading) await this.catchUp();
    this.listeners.add(listener);
    return { from: this.seen, leave: () => this.listeners.delete(listener) };
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    this.listeners.clear();
    await this.client?.end().catch(() => undefined);
  }

  /** While nobody listened nothing was read; those who join together start at the same snapshot. */
  private catchUp(): Promise<void> {
    this.catchingUp ??= this.reader
      .snapshot()
      .then((seen) => {
        this.seen = seen;
      })
      .finally(() => {
        this.catchingUp = undefined;
      });
    return this.catchingUp;
  }

  private async open(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.env.DATABASE_URL,
      application_name: 'nightshift-feed',
    });
    client.on('error', () => undefined);
    client.on('end', () => this.reopen());
    client.on('notification', () => this.announce());
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}`);
    this.client = client;
    if (this.seen === '') this.seen = await this.reader.snapshot();
    this.announce();
  }

  /** PostgreSQL went away: what was committed meanwhile is read as soon as it is back. */
  private reopen(): void {
    if (this.closed || this.client === undefined) return;
    this.client = undefined;
    const again = () => {
      if (this.closed) return;
      this.open().catch(() => setTimeout(again, 500).unref());
    };
    again();
  }

  private announce(): void {
    this.announced = true;
    if (this.reading || this.listeners.size === 0) return;
    this.reading = true;
    void this.read();
  }

  private async read(): Promise<void> {
    while (this.announced && this.listeners.size > 0 && !this.closed) {
      this.announced = false;
      try {
        const seen = this.seen;
        const { until, events } = await this.reader.since(seen);
        this.seen = until;
        if (events.length > 0) for (const listener of this.listeners) listener({ seen, until, events });
      } catch (error) {
        this.announced = true;
        if (this.client) this.logger.warn({ err: error }, 'events could not be read; trying again');
        await pause(200);
      }
      await pause(GATHER_MS);
    }
    this.reading = false;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
