import { Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/auth/principal.js';
import { RuntimeSettings } from '../../platform/settings/runtime-settings.js';
import { type FeedRow, presentFeedRow } from '../runs/present-run.js';
import { WaitContextReader } from '../runs/wait-context.js';
import { readCursor, writeCursor } from './cursor.js';
import type { FeedQuery } from './feed.dto.js';
import { FAILURE_CAP, FeedRepository } from './feed.repository.js';

/** The status feed: what is under way, what ended lately, what failed. */
@Injectable()
export class FeedService {
  constructor(
    private readonly feed: FeedRepository,
    private readonly waits: WaitContextReader,
    private readonly settings: RuntimeSettings,
  ) {}

  async page(caller: Principal, query: FeedQuery) {
    const cursor = query.cursor === undefined ? null : readCursor(query.cursor);
    const window_seconds = this.settings.current().AI_QUEUE_STATUS_RETENTION_SECONDS;
    const window = new Date(Date.now() - window_seconds * 1000);
    const since = query.since ?? window;
    const [active, recent, failures] = await Promise.all([
      cursor && cursor.active === null ? [] : this.feed.active(caller, query, cursor?.active ?? undefined),
      cursor && cursor.recent === null
        ? []
        : this.feed.recent(caller, query, since, cursor?.recent ?? undefined),
      this.feed.failures(caller, query, window),
    ]);
    const context = await this.waits.read(active);
    const count = failures.reduce((sum, one) => sum + one.count, 0);
    return {
      active: active.slice(0, query.limit).map((run) => presentFeedRow(run, context)),
      recent: recent.slice(0, query.limit).map((run) => presentFeedRow(run, context)),
      failures: { count, capped: count >= FAILURE_CAP, window_seconds, by_agent: failures },
      next_cursor: nextCursor(active, recent, query.limit),
    };
  }
}

function nextCursor(active: FeedRow[], recent: FeedRow[], limit: number): string | null {
  const lastActive = active.length > limit ? active[limit - 1] : undefined;
  const lastRecent = recent.length > limit ? recent[limit - 1] : undefined;
  if (!lastActive && !lastRecent) return null;
  return writeCursor({
    active: lastActive?.id ?? null,
    recent: lastRecent?.finished_at ? { at: lastRecent.finished_at.toISOString(), id: lastRecent.id } : null,
  });
}
