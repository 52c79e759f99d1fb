import type { ServerResponse } from 'node:http';
import type { EventReader, Place, StreamEvent } from './event.reader.js';
import type { Batch, EventHub } from './event-hub.js';
import { type Position, writePosition } from './position.js';

export interface StreamFilter {
  organisation_id: string;
  wants(event: StreamEvent): boolean;
}

const PAGE = 500;
const PING_MS = 15_000;
/** A reader this far behind is cut off; it comes back with Last-Event-ID and misses nothing. */
const MOST_UNSENT_BYTES = 4 * 1024 * 1024;

/** One client's stream: first what it missed, then every batch as it comes, each event once and with its place. */
export class EventStream {
  private readonly queue: Batch[] = [];
  private ready = false;
  private closed = false;

  constructor(
    private readonly hub: EventHub,
    private readonly reader: EventReader,
    private readonly filter: StreamFilter,
    private readonly response: ServerResponse,
  ) {}

  async run(from: Position | null, stillAllowed: () => Promise<boolean>): Promise<void> {
    const gone = new Promise<void>((resolve) => this.response.once('close', resolve));
    const { from: joined, leave } = await this.hub
      .join((batch) => this.receive(batch))
      .catch((error: unknown) => {
        this.end();
        throw error;
      });
    this.response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    this.response.write('retry: 2000\n\n');
    const ping = setInterval(() => {
      this.response.write(': ping\n\n');
      stillAllowed().then(
        (allowed) => allowed || this.end(),
        () => undefined,
      );
    }, PING_MS);
    try {
      if (from) await this.sendMissed(from, joined);
      else this.say('ready', writePosition({ seen: joined }), {});
      for (let batch = this.queue.shift(); batch; batch = this.queue.shift()) this.sendBatch(batch);
      this.ready = true;
      await gone;
    } catch {
      this.end();
    } finally {
      this.closed = true;
      clearInterval(ping);
      leave();
    }
  }

  private receive(batch: Batch): void {
    if (this.ready) this.sendBatch(batch);
    else this.queue.push(batch);
  }

  /** The rest of the batch that was cut off, then everything up to where the live batches begin. */
  private async sendMissed({ seen, within }: Position, joined: string): Promise<void> {
    if (within) await this.sendBetween(seen, within.until, within);
    await this.sendBetween(within?.until ?? seen, joined, null);
  }

  private async sendBetween(seen: string, until: string, after: Place | null): Promise<void> {
    for (let place = after; !this.closed; ) {
      const page = await this.reader.between(this.filter.organisation_id, seen, until, place, PAGE);
      for (const event of page) this.send(event, seen, until);
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      place = { at: last.at.toISOString(), run_id: last.run_id, seq: last.seq };
      if (this.response.writableNeedDrain) await drained(this.response);
    }
  }

  private sendBatch({ seen, until, events }: Batch): void {
    for (const event of events) {
      if (event.organisation_id === this.filter.organisation_id) this.send(event, seen, until);
    }
    if (this.response.writableLength > MOST_UNSENT_BYTES) this.end();
  }

  private send(event: StreamEvent, seen: string, until: string): void {
    if (!this.filter.wants(event)) return;
    const { run_id, seq, type, at, status, attempt, data, agent } = event;
    const place = { until, at: at.toISOString(), run_id, seq };
    this.say(type, writePosition({ seen, within: place }), {
      run_id,
      seq,
      type,
      at,
      status,
      attempt,
      agent,
      data,
    });
  }

  private say(type: string, id: string, data: object): void {
    this.response.write(`event: ${type}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  private end(): void {
    this.closed = true;
    this.response.destroy();
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}
