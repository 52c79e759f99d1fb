import pg from 'pg';
import { KEEP_ALIVE, sessionOptions, sever } from './limits.js';

interface Listening {
  url: string | undefined;
  /** The connection's name in `pg_stat_activity`. */
  name: string;
  channel: string;
  /** Called for each notification, after each connecting, and every so often: what was said may have gone unheard. */
  heard(): void;
}

const RECONNECT_MS = 500;
/** The connection is checked this often, and every listener looks for changes as often. */
const BEAT_MS = 5000;
const ANSWER_MS = 5000;

/** One connection that listens to a channel of PostgreSQL, and reconnects by itself. */
export class Listener {
  private client: pg.Client | undefined;
  private beats: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly listening: Listening) {}

  get connected(): boolean {
    return this.client !== undefined;
  }

  /** Throws where the first connecting fails; every later one is tried until it succeeds. */
  async open(): Promise<void> {
    const { url, name, channel, heard } = this.listening;
    const client = new pg.Client({
      ...(url === undefined ? {} : { connectionString: url }),
      application_name: name,
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
      options: sessionOptions(),
      ...KEEP_ALIVE,
    });
    client.on('error', () => undefined);
    client.on('end', () => this.reopen(client));
    client.on('notification', heard);
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      if (this.closed) throw new Error('closed while it was opened');
    } catch (error) {
      sever(client, 'it cannot be listened on');
      throw error;
    }
    this.client = client;
    this.beats ??= setInterval(() => this.beat(), BEAT_MS);
    heard();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.beats);
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  /** A connection whose path is gone says nothing by itself, not even that it has ended. */
  private beat(): void {
    const { client } = this;
    this.listening.heard();
    client?.query('SELECT 1').catch(() => sever(client, 'PostgreSQL has not answered in time'));
  }

  private reopen(ended: pg.Client): void {
    if (this.closed || this.client !== ended) return;
    this.client = undefined;
    const again = () => {
      if (this.closed) return;
      this.open().catch(() => setTimeout(again, RECONNECT_MS).unref());
    };
    again();
  }
}
