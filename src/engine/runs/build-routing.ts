import type { DataSource } from 'typeorm';
import type { Logger } from '../../platform/config/logger.js';
import type { Engine } from '../../platform/temporal/engine.js';
import { knownBuilds } from './worker.store.js';

/** Temporal may have lost its database, or somebody may have set another version. */
const ASK_AGAIN_MS = 5000;

/**
 * Sets Temporal's current version to the newest build with a polling worker, which gets the workflows that no build has
 * begun. A workflow stays with the build that began it while a worker of that build polls, and moves to the newest
 * build after that.
 */
export class BuildRouting {
  private current: string | null = null;
  private asked = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly db: DataSource,
    private readonly engine: Engine,
    private readonly taskQueue: string,
    private readonly logger: Logger,
  ) {}

  /** Returns true if Temporal knows the newest build. */
  async pass(): Promise<boolean> {
    const { polling, known } = await knownBuilds(this.db, this.taskQueue);
    const [newest] = polling;
    if (newest === undefined || !(await this.prefer(newest))) return false;
    if (known === 1) return true;
    const stranded = await this.engine.versions.pinnedElsewhere(polling);
    if (stranded.length === 0) return true;
    await this.engine.versions.move(stranded, newest);
    this.logger.warn(
      { build: newest, workflows: stranded.length },
      'workflows of a stopped build continue on the current one',
    );
    return true;
  }

  private async prefer(build: string): Promise<boolean> {
    if (this.current === build && performance.now() - this.asked < ASK_AGAIN_MS) return true;
    const before = await this.engine.versions.current();
    if (before !== build) {
      if (!(await this.engine.versions.setCurrent(build))) return false;
      this.logger.info({ build, before }, 'workflows begin on this build from now on');
    }
    this.current = build;
    this.asked = performance.now();
    return true;
  }
}
