import type { ServerResponse } from 'node:http';

/** A client that has read nothing of what waits for it for this long is cut off. */
const MOST_SILENCE_MS = 30_000;
/** A client this far behind is cut off; it comes back with Last-Event-ID and misses nothing. */
const MOST_UNSENT_BYTES = 4 * 1024 * 1024;

/** The way to one client: what is written goes out in order, and a client that does not read is not waited for. */
export class Outlet {
  readonly gone: Promise<void>;
  private over = false;
  private silence: NodeJS.Timeout | undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly patience_ms = MOST_SILENCE_MS,
  ) {
    this.gone = new Promise((resolve) => {
      const close = () => {
        this.over = true;
        clearTimeout(this.silence);
        resolve();
      };
      response.once('close', close);
      if (response.destroyed || response.socket?.destroyed) close();
    });
    response.on('drain', () => {
      clearTimeout(this.silence);
      this.silence = undefined;
    });
  }

  /** True from the moment that either side closes the connection. */
  get closed(): boolean {
    return this.over;
  }

  begin(): void {
    this.response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    this.write('retry: 2000\n\n');
  }

  write(text: string): void {
    if (this.over || this.response.write(text)) return;
    if (this.response.writableLength > MOST_UNSENT_BYTES) this.cut();
    else this.silence ??= setTimeout(() => this.cut(), this.patience_ms);
  }

  /** Resolves when what was written has gone out, or the connection is closed. */
  async drained(): Promise<void> {
    if (this.over || !this.response.writableNeedDrain) return;
    const sent = new Promise<void>((resolve) => this.response.once('drain', resolve));
    await Promise.race([sent, this.gone]);
  }

  cut(): void {
    this.over = true;
    clearTimeout(this.silence);
    this.response.destroy();
  }
}
