import type { EventPlace, EventReader, Mark, StreamEvent } from './event.store.js';
import type { Batch, EventHub, Receiver } from './event-hub.js';
import type { Outlet } from './outlet.js';
import { type StreamPosition, writePosition } from './position.js';

interface StreamFilter {
  organisation_id: string;
  wants(event: StreamEvent): boolean;
}

const PAGE = 500;
const PING_MS = 15_000;
/** A position with more events of the organisation behind it than this is too old to resume from. */
export const MOST_MISSED = 10_000;
/** A client that catches up more slowly than so many events come is cut off. */
const MOST_WAITING = 10_000;

const EXPIRED = {
  code: 'position_expired',
  detail:
    'The stream cannot go on from this Last-Event-ID. Read the list anew; what comes after it follows here.',
};

/**
 * One client's stream: the missed events first, then every batch as it comes, each event once and with its position.
 */
export class EventStream implements Receiver {
  private waiting: Batch[] | null = [];
  private count = 0;

  constructor(
    private readonly hub: Pick<EventHub, 'join'>,
    private readonly reader: Pick<EventReader, 'reach' | 'between'>,
    private readonly filter: StreamFilter,
    private readonly outlet: Outlet,
  ) {}

  async run(from: StreamPosition | null, stillAllowed: () => Promise<boolean>): Promise<void> {
    const { from: joined, leave } = await this.hub.join(this).catch((error: unknown) => {
      this.outlet.cut();
      throw error;
    });
    this.outlet.begin();
    const ping = setInterval(() => {
      this.outlet.write(': ping\n\n');
      stillAllowed().then(
        (allowed) => allowed || this.outlet.cut(),
        () => undefined,
      );
    }, PING_MS);
    try {
      await this.begin(from, joined);
      for (const batch of this.waiting ?? []) this.sendBatch(batch);
      this.waiting = null;
      await this.outlet.gone;
    } catch {
      this.outlet.cut();
    } finally {
      this.waiting = [];
      clearInterval(ping);
      leave();
    }
  }

  receive(batch: Batch): void {
    const events = batch.events.filter((event) => this.isWanted(event));
    if (events.length === 0 || this.outlet.closed) return;
    const mine = { ...batch, events };
    if (this.waiting === null) this.sendBatch(mine);
    else if (this.count + events.length > MOST_WAITING) this.cut();
    else this.wait(mine);
  }

  cut(): void {
    this.outlet.cut();
  }

  private wait(batch: Batch): void {
    this.waiting?.push(batch);
    this.count += batch.events.length;
  }

  private async begin(from: StreamPosition | null, joined: Mark): Promise<void> {
    if (from === null) return this.say('ready', writePosition(joined), {});
    const { era, seen, within } = from;
    const reach = await this.reader.reach(
      this.filter.organisation_id,
      { era, seen },
      within?.until ?? seen,
      MOST_MISSED,
    );
    if (reach === 'expired' || era !== joined.era)
      return this.say('position_expired', writePosition(joined), EXPIRED);
    // The rest of the batch that was cut off, then everything up to where the live batches begin.
    if (within) await this.sendBetween({ era, seen }, within.until, within);
    await this.sendBetween({ era, seen: within?.until ?? seen }, joined.seen, null);
  }

  private async sendBetween(from: Mark, until: string, after: EventPlace | null): Promise<void> {
    for (let position = after; !this.outlet.closed; ) {
      const page = await this.reader.between(this.filter.organisation_id, from, until, position, PAGE);
      for (const event of page) if (this.isWanted(event)) this.send(event, from, until);
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      position = { at: last.at.toISOString(), run_id: last.run_id, seq: last.seq };
      await this.outlet.drained();
    }
  }

  private sendBatch({ era, seen, until, events }: Batch): void {
    for (const event of events) this.send(event, { era, seen }, until);
  }

  private isWanted(event: StreamEvent): boolean {
    return event.organisation_id === this.filter.organisation_id && this.filter.wants(event);
  }

  private send(event: StreamEvent, mark: Mark, until: string): void {
    const { run_id, seq, type, at, status, attempt, data, agent } = event;
    const position = { until, at: at.toISOString(), run_id, seq };
    const sent = { run_id, seq, type, at, status, attempt, agent, data };
    this.say(type, writePosition({ ...mark, within: position }), sent);
  }

  private say(type: string, id: string, data: object): void {
    this.outlet.write(`event: ${type}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
