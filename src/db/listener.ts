import pg from 'pg';

export interface Listening {
  url: string | undefined;
  /** The connection's name in `pg_stat_activity`. */
  name: string;
  channel: string;
  /** Called for each notification, and after each connecting: what was said meanwhile went unheard. */
  heard(): void;
}

const RECONNECT_MS = 500;

/** One connection that hears a channel of PostgreSQL, and comes back by itself when PostgreSQL does. */
export class Listener {
  private client: pg.Client | undefined;
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
      connectionTimeoutMillis: 5000,
      keepAlive: true,
    });
    client.on('error', () => undefined);
    client.on('end', () => this.reopen(client));
    client.on('notification', heard);
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      if (this.closed) throw new Error('closed while it was opened');
    } catch (error) {
      void client.end().catch(() => undefined);
      throw error;
    }
    this.client = client;
    heard();
  }

  async close(): Promise<void> {
    this.closed = true;
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
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
