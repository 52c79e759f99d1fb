import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ENVIRONMENT } from '../../platform/config/config.module.js';
import type { Environment } from '../../platform/config/environment.js';
import { Engine } from '../../platform/temporal/engine.js';
import type { WaitContext } from './present-run.js';
import { pollingWorkers } from './worker.store.js';

/** Reads what a waiting run waits for; asks PostgreSQL only when a run does wait. */
@Injectable()
export class WaitContextReader {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly engine: Engine,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {}

  async read(runs: readonly { status: string }[]): Promise<WaitContext> {
    const waits = runs.some(({ status }) => status === 'queued');
    return {
      engine_up: this.engine.up,
      polling_workers: waits ? await pollingWorkers(this.db, this.env.TEMPORAL_TASK_QUEUE) : 0,
      temporal_ui: this.env.TEMPORAL_UI_URL ?? null,
      namespace: this.env.TEMPORAL_NAMESPACE,
    };
  }
}
