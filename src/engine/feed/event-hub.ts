import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ENVIRONMENT } from '../../platform/config/config.module.js';
import type { Environment } from '../../platform/config/environment.js';
import { Listener } from '../../platform/db/listener.js';
import { EventReader, type Mark, type StreamEvent } from './event.store.js';

export interface Batch {
  era: string;
  seen: string;
  until: string;
  events: StreamEvent[];
}

export interface Receiver {
  receive(batch: Batch): void;
  /** No batch follows: the client has to reconnect. */
  cut(): void;
}

/** Gathers what is committed close together into one read. */
const GATHER_MS = 5;
/**
 * If more than this many events are new at once, every stream is closed, and each client reads its own events page by
 * page as it resumes.
 */
const MOST_AT_ONCE = 5000;

/** Hears PostgreSQL say that there are events, reads them once, and hands them to every stream of this process. */
@Injectable()
export class EventHub implements OnApplicationShutdown {
  private readonly logger = new Logger('feed');
  private readonly receivers = new Set<Receiver>();
  private readonly reader: EventReader;
  private readonly listener: Listener;
  private opening: Promise<void> | undefined;
  private catchingUp: Promise<void> | undefined;
  private mark: Mark = { era: '0', seen: '' };
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

  /** The receiver gets every batch from the returned mark on. */
  async join(receiver: Receiver): Promise<{ from: Mark; leave(): void }> {
    this.opening ??= this.listener.open().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    await this.opening;
    if (this.receivers.size === 0 && !this.reading) await this.catchUp();
    this.receivers.add(receiver);
    this.readOn();
    return { from: this.mark, leave: () => this.receivers.delete(receiver) };
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    this.receivers.clear();
    await this.listener.close();
  }

  /** While nobody listened nothing was read; those who join together start at the same mark. */
  private catchUp(): Promise<void> {
    this.catchingUp ??= this.reader
      .mark()
      .then((mark) => {
        this.mark = mark;
      })
      .finally(() => {
        this.catchingUp = undefined;
      });
    return this.catchingUp;
  }

  private announce(): void {
    this.announced = true;
    this.readOn();
  }

  /** Notifications without a receiver are read for the first one that joins. */
  private readOn(): void {
    if (!this.announced || this.reading || this.receivers.size === 0) return;
    this.reading = true;
    void this.read();
  }

  private async read(): Promise<void> {
    while (this.announced && this.receivers.size > 0 && !this.closed) {
      this.announced = false;
      const began = performance.now();
      try {
        const { era, seen } = this.mark;
        const { mark, events } = await this.reader.since(this.mark, MOST_AT_ONCE);
        this.mark = mark;
        if (events === null) this.cutAll();
        else if (events.length > 0) this.handOut({ era, seen, until: mark.seen, events });
      } catch (error) {
        this.announced = true;
        if (this.listener.connected)
          this.logger.warn({ err: error }, 'events could not be read; trying again');
        await pause(200);
      }
      // A read that is slow, behind a transaction that stays open, takes half of the time at most.
      await pause(Math.max(GATHER_MS, performance.now() - began));
    }
    this.reading = false;
  }

  private handOut(batch: Batch): void {
    for (const receiver of this.receivers) receiver.receive(batch);
  }

  private cutAll(): void {
    this.logger.warn({ streams: this.receivers.size }, 'streams cannot continue from here and are closed');
    for (const receiver of [...this.receivers]) receiver.cut();
    this.receivers.clear();
  }
}
