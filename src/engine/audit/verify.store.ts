import type { DataSource } from 'typeorm';
import { ENDED_STATUSES } from '../../../workflows/contract/run-state.js';
import type { AgentRun } from '../../platform/db/entities/run.entity.js';
import { END_OF } from '../attestation/chain.sql.js';

/** Ended runs from `since` up to `until`, which is not part of it. */
export interface Period {
  since: Date;
  until: Date;
}

const MISSING_RUNS = `
  SELECT DISTINCT named.id FROM unnest($1::uuid[]) AS named(id)
   WHERE NOT EXISTS (SELECT FROM agent_runs r WHERE r.id = named.id)`;

export async function missingAmong(db: DataSource, ids: readonly string[]): Promise<string[]> {
  const rows: { id: string }[] = await db.query(MISSING_RUNS, [ids]);
  return rows.map(({ id }) => id);
}

/**
 * Takes a period, $1 and $2. The time of the entry that tells the end counts, as in `endOf`, so a row with another time
 * is found in any period. A row with an impossible end and no such entry belongs to every period.
 */
const ENDED = `agent_runs r
  LEFT JOIN LATERAL (${END_OF('r.id')}) signed ON true
  WHERE (coalesce(signed.at, r.finished_at) >= $1 AND coalesce(signed.at, r.finished_at) < $2
         OR signed.at IS NULL AND (r.finished_at > now()
                                   OR r.finished_at IS NULL AND r.status IN ('${ENDED_STATUSES.join("', '")}')))`;

const COUNT_ENDED = `SELECT count(*)::float8 AS total FROM ${ENDED}`;

export async function countEnded(db: DataSource, { since, until }: Period): Promise<number> {
  const [{ total }]: [{ total: number }] = await db.query(COUNT_ENDED, [since, until]);
  return total;
}

const ENDED_RUNS = `SELECT r.* FROM ${ENDED} AND r.id > $3 ORDER BY r.id LIMIT $4`;

/** Returns a page of the ended runs, by their ids. */
export function endedRuns(
  db: DataSource,
  { since, until }: Period,
  after: string,
  limit: number,
): Promise<AgentRun[]> {
  return db.query(ENDED_RUNS, [since, until, after, limit]);
}
