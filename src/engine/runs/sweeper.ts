import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Dispatcher } from './dispatcher.js';

const EVERY_MS = 2000;

/** Looks for what dispatch missed: at start, and then all the time. It is the way back from an outage. */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('sweep');
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private pass = Promise.resolve();

  constructor(private readonly dispatcher: Dispatcher) {}

  onApplicationBootstrap(): void {
    this.next(0);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.pass;
    await this.dispatcher.settled();
  }

  private next(ms: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.pass = this.sweep();
    }, ms);
  }

  private async sweep(): Promise<void> {
    try {
      const swept = await this.dispatcher.sweep(() => !this.stopped);
      if (swept > 0) this.logger.log(`${swept} runs were left undispatched; started now`);
    } catch (error) {
      this.logger.warn({ err: error }, 'the sweep failed; it is tried again');
    }
    this.next(EVERY_MS);
  }
}
