import type { DataSource } from 'typeorm';
import type { Logger } from '../../platform/config/logger.js';
import type { Engine } from '../../platform/temporal/engine.js';
import { SEEN_WITHIN_SECONDS } from './worker-presence.js';

/** Temporal may have lost its database, or somebody may have set another version. */
const ASK_AGAIN_MS = 5000;

const KNOWN_BUILDS = `
  SELECT coalesce(array_agg(id ORDER BY number DESC) FILTER (WHERE polls), '{}') AS polling, count(*)::int AS known
    FROM (SELECT id, number, EXISTS (SELECT FROM workers w WHERE w.build = b.id AND w.task_queue = $1
                                        AND w.seen_at > now() - $2 * interval '1 second') AS polls
            FROM builds b) each`;

/**
 * Tells Temporal which build gets what no build has begun: the newest of which a worker polls. A workflow stays with the
 * build that began it while a worker of that build polls, and goes on with the newest one after that.
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

  /** True where Temporal knows the newest build. */
  async pass(): Promise<boolean> {
    const { polling, known } = await this.builds();
    const [newest] = polling;
    if (newest === undefined || !(await this.prefer(newest))) return false;
    if (known === 1) return true;
    const stranded = await this.engine.versions.pinnedElsewhere(polling);
    if (stranded.length === 0) return true;
    await this.engine.versions.move(stranded, newest);
    this.logger.warn(
      { build: newest, workflows: stranded.length },
      'workflows of a build that is gone go on',
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

  /** The newest first. */
  private async builds(): Promise<{ polling: string[]; known: number }> {
    const [row]: { polling: string[]; known: number }[] = await this.db.query(KNOWN_BUILDS, [
      this.taskQueue,
      SEEN_WITHIN_SECONDS,
    ]);
    return row ?? { polling: [], known: 0 };
  }
}
