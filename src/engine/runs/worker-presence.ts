import type { DataSource } from 'typeorm';
import type { Logger } from '../../platform/config/logger.js';
import { deleteWorker, keepWorker } from './worker.store.js';

/** Temporal keeps a dead worker in its list of pollers for minutes; this list is right within seconds. */
const EVERY_MS = 3000;

export class WorkerPresence {
  constructor(
    private readonly db: DataSource,
    private readonly identity: string,
    private readonly taskQueue: string,
    private readonly logger: Logger,
    private readonly build: string | null = null,
  ) {}

  start(polling: () => boolean): { stop(): Promise<void> } {
    const beat = async () => {
      if (!polling()) return;
      const { db, identity, taskQueue: task_queue, build } = this;
      await keepWorker(db, { identity, task_queue, build }).catch((error: unknown) =>
        this.logger.warn({ err: error }, 'presence was not written'),
      );
    };
    void beat();
    const timer = setInterval(() => void beat(), EVERY_MS);
    return {
      stop: async () => {
        clearInterval(timer);
        await deleteWorker(this.db, this.identity).catch(() => undefined);
      },
    };
  }
}
