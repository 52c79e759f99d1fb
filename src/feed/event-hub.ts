import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ENVIRONMENT } from '../config/config.module.js';
import type { Environment } from '../config/environment.js';
import { Listener } from '../db/listener.js';
import { EventReader, type StreamEvent } from './event.reader.js';

export interface Batch {
  seen: string;
  until: string;
  events: StreamEvent[];
}

type Receive = (batch: Batch) => void;

/** Gathers what is committed close together into one read. */
const GATHER_MS = 5;

/** Hears PostgreSQL say that there are events, reads them once, and hands them to every stream of this process. */
@Injectable()
export class EventHub implements OnApplicationShutdown {
  private readonly logger = new Logger('feed');
  private readonly receivers = new Set<Receive>();
  private readonly reader: EventReader;
  private readonly listener: Listener;
  private opening: Promise<void> | undefined;
  private catchingUp: Promise<void> | undefined;
  private seen = '';
  private reading = false;
  private announced = false;
  private closed = false;

  constructor(@InjectDataSource() db: DataSource, @Inject(ENVIRONMENT) env: Environment) {
    this.reader = new EventReader(db);
    this.listener = new Listener({
      url: env.DATABASE_URL,
      name: 'nightshift-feed',
      channel: 'nightshift_events',
      heard: () => this.announce(),
    });
  }

  /** From the answered snapshot on, every batch goes to `receive`. */
  async join(receive: Receive): Promise<{ from: string; leave(): void }> {
    this.opening ??= this.listener.open().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    await this.opening;
    if (this.receivers.size === 0 && !this.reading) await this.catchUp();
    this.receivers.add(receive);
    return { from: this.seen, leave: () => this.receivers.delete(receive) };
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    this.receivers.clear();
    await this.listener.close();
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

  private announce(): void {
    this.announced = true;
    if (this.reading || this.receivers.size === 0) return;
    this.reading = true;
    void this.read();
  }

  private async read(): Promise<void> {
    while (this.announced && this.receivers.size > 0 && !this.closed) {
      this.announced = false;
      try {
        const seen = this.seen;
        const { until, events } = await this.reader.since(seen);
        this.seen = until;
        if (events.length > 0) for (const receive of this.receivers) receive({ seen, until, events });
      } catch (error) {
        this.announced = true;
        if (this.listener.connected)
          this.logger.warn({ err: error }, 'events could not be read; trying again');
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
