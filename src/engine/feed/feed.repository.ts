import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ACTIVE_STATUSES, ENDED_STATUSES } from '../../../workflows/contract/run-state.js';
import type { Principal } from '../../platform/auth/principal.js';
import type { FeedRow } from '../runs/present-run.js';
import type { Cursor } from './cursor.js';
import type { FeedQuery } from './feed.dto.js';

const FEED_COLUMNS = `id, organisation_id, project_id, user_id, agent, agent_version, settings, trigger, target_type, target_id, priority, labels,
  timeout_seconds, parent_run_id, rerun_of, schedule_id, tick_at, due_at, status, wait_reason, progress, error, usage, attempt, created_at,
  dispatched_at, started_at, finished_at, cancel_requested_at`;

/** Both statements take conditions with parameters of their own. */
export const ACTIVE_RUNS = (where: string, limit: number) => `
  SELECT ${FEED_COLUMNS} FROM agent_runs
   WHERE ${where} AND status IN ('queued', 'throttled', 'running', 'waiting') ORDER BY id DESC LIMIT ${limit}`;

export const RECENT_RUNS = (where: string, limit: number) => `
  SELECT ${FEED_COLUMNS} FROM agent_runs
   WHERE ${where} AND finished_at IS NOT NULL ORDER BY finished_at DESC, id DESC LIMIT ${limit}`;

/** Failures beyond this are not counted one by one, so that the feed costs the same however many there are. */
export const FAILURE_CAP = 1000;

interface FailureCount {
  agent: string;
  count: number;
}

export const FAILURES_BY_AGENT = `
  SELECT agent, count(*)::int AS count FROM (
    SELECT agent FROM agent_runs
     WHERE organisation_id = $1 AND status IN ('failed', 'timed_out') AND finished_at >= $2
       AND ($3::uuid IS NULL OR user_id = $3) AND ($4::text[] IS NULL OR agent = ANY($4))
     ORDER BY finished_at DESC LIMIT ${FAILURE_CAP}
  ) latest GROUP BY agent ORDER BY count DESC, agent`;

/** The lists of the feed, each from an index of its own and bounded by `limit`. */
@Injectable()
export class FeedRepository {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  async active(caller: Principal, query: FeedQuery, after: string | undefined): Promise<FeedRow[]> {
    const where = conditions(caller, query, ACTIVE_STATUSES, 'created_at', query.since);
    if (after) where.add('id < ?', after);
    return this.db.query(ACTIVE_RUNS(where.text(), query.limit + 1), where.values);
  }

  async recent(
    caller: Principal,
    query: FeedQuery,
    since: Date,
    after: Cursor['recent'] | undefined,
  ): Promise<FeedRow[]> {
    const where = conditions(caller, query, ENDED_STATUSES, 'finished_at', since);
    if (after) where.add('(finished_at, id) < (?, ?)', new Date(after.at), after.id);
    return this.db.query(RECENT_RUNS(where.text(), query.limit + 1), where.values);
  }

  async failures(caller: Principal, query: FeedQuery, since: Date): Promise<FailureCount[]> {
    const { scope, agent } = query;
    return this.db.query(FAILURES_BY_AGENT, [
      caller.organisation_id,
      since,
      scope === 'mine' ? caller.user_id : null,
      agent ?? null,
    ]);
  }
}

function conditions(
  { organisation_id, user_id }: Principal,
  { scope, agent, status, target, label, project_id, until }: FeedQuery,
  among: readonly string[],
  time: 'created_at' | 'finished_at',
  since: Date | undefined,
): Conditions {
  const where = new Conditions();
  where.add('organisation_id = ?', organisation_id);
  if (scope === 'mine') where.add('user_id = ?', user_id);
  if (since) where.add(`${time} >= ?`, since);
  if (until) where.add(`${time} < ?`, until);
  if (agent) where.add('agent = ANY(?)', agent);
  if (status)
    where.add(
      'status = ANY(?)',
      status.filter((one) => among.includes(one)),
    );
  if (project_id) where.add('project_id = ?', project_id);
  if (label) where.add(`labels <> '{}' AND labels @> ?::text[]`, label);
  if (target) {
    const [type, ...id] = target.split(':');
    where.add('target_type = ?', type);
    if (id.length > 0) where.add('target_id = ?', id.join(':'));
  }
  return where;
}

/** Conditions with their parameters, numbered as they are added. */
class Conditions {
  readonly values: unknown[] = [];
  private readonly parts: string[] = [];

  add(condition: string, ...values: unknown[]): void {
    let index = this.values.length;
    this.values.push(...values);
    this.parts.push(
      condition.replaceAll('?', () => {
        index += 1;
        return `$${index}`;
      }),
    );
  }

  text(): string {
    return this.parts.join(' AND ');
  }
}
