import type { DataSource } from 'typeorm';
import type { RunEventType, RunStatus } from '../../../workflows/contract/run-state.js';
import { prepared } from '../../platform/db/prepared.js';

/** One event of the stream, with the facts that position it. */
export interface StreamEvent {
  run_id: string;
  seq: number;
  type: RunEventType;
  at: Date;
  status: RunStatus;
  attempt: number;
  data: Record<string, unknown>;
  agent: string;
  organisation_id: string;
  user_id: string | null;
}

export interface EventPlace {
  at: string;
  run_id: string;
  seq: number;
}

/** A snapshot, and the era of the cluster that took it. */
export interface Mark {
  era: string;
  seen: string;
}

/** `expired`: the era is another one, or the position is ahead of the database, or too much lies behind it. */
type Reach = 'known' | 'expired';

const EVENT = `e.run_id, e.seq, e.type, e.at, e.status, e.attempt, e.data, e.organisation_id, e.user_id, r.agent`;
const FRESH = `e.xid >= pg_snapshot_xmin($1::pg_snapshot) AND NOT pg_visible_in_snapshot(e.xid, $1::pg_snapshot)`;

/**
 * The index is the only way through this statement: OFFSET keeps the look-up of each run out of a join with the whole
 * table.
 */
export const SINCE = prepared(`
  WITH now AS MATERIALIZED (SELECT event_era()::text AS era, pg_current_snapshot()::text AS seen)
  SELECT now.era AS now_era, now.seen AS now_seen, fresh.*
    FROM now LEFT JOIN (
      SELECT ${EVENT}
        FROM (SELECT * FROM agent_run_events e WHERE e.era = $2::bigint AND ${FRESH} ORDER BY e.era, e.xid LIMIT $3) e
             CROSS JOIN LATERAL (SELECT agent FROM agent_runs WHERE id = e.run_id OFFSET 0) r
    ) fresh ON now.era = $2::text
   ORDER BY fresh.at, fresh.run_id, fresh.seq`);

const REACH = `
  SELECT event_era() = $2::bigint
         AND greatest(pg_snapshot_xmax($1::pg_snapshot), pg_snapshot_xmax($3::pg_snapshot))
             <= pg_snapshot_xmax(pg_current_snapshot())
         AND (SELECT count(*) FROM (
                SELECT FROM agent_run_events e
                 WHERE e.organisation_id = $4 AND e.era = $2::bigint AND e.xid >= pg_snapshot_xmin($1::pg_snapshot)
                 LIMIT $5::bigint + 1) behind) <= $5::bigint AS known`;

const BETWEEN = `
  SELECT ${EVENT} FROM agent_run_events e JOIN agent_runs r ON r.id = e.run_id
   WHERE ${FRESH} AND e.xid < pg_snapshot_xmax($2::pg_snapshot) AND pg_visible_in_snapshot(e.xid, $2::pg_snapshot)
     AND e.organisation_id = $3 AND e.era = $8::bigint
     AND ($4::timestamptz IS NULL OR (e.at, e.run_id, e.seq) > ($4, $5::uuid, $6::int))
   ORDER BY e.at, e.run_id, e.seq LIMIT $7`;

/** Reads batches of events: those that became visible between two snapshots. Exact, whatever the order of commits. */
export class EventReader {
  constructor(private readonly db: DataSource) {}

  async mark(): Promise<Mark> {
    const [mark] = await this.db.query(
      `SELECT event_era()::text AS era, pg_current_snapshot()::text AS seen`,
    );
    return mark;
  }

  /**
   * Everything that was not seen yet, with the mark it was read at. `events` is null where there are more than `most`,
   * or where the database is in another era by now: nobody can go on from `seen` then.
   */
  async since({ era, seen }: Mark, most: number): Promise<{ mark: Mark; events: StreamEvent[] | null }> {
    const rows: (StreamEvent & { now_era: string; now_seen: string })[] = await this.db.query(SINCE, [
      seen,
      era,
      most + 1,
    ]);
    const mark = { era: rows[0]?.now_era ?? era, seen: rows[0]?.now_seen ?? seen };
    if (mark.era !== era || rows.length > most) return { mark, events: null };
    return { mark, events: rows.filter((row) => row.run_id !== null) };
  }

  /** Counts no further than `most`, over the organisation's own events. */
  async reach(organisation_id: string, { era, seen }: Mark, until: string, most: number): Promise<Reach> {
    const [{ known }] = await this.db.query(REACH, [seen, era, until, organisation_id, most]);
    return known ? 'known' : 'expired';
  }

  /** Returns one page of an organisation's events between two snapshots, after a position inside them. */
  async between(
    organisation_id: string,
    { era, seen }: Mark,
    until: string,
    after: EventPlace | null,
    limit: number,
  ): Promise<StreamEvent[]> {
    return this.db.query(BETWEEN, [
      seen,
      until,
      organisation_id,
      after?.at ?? null,
      after?.run_id ?? null,
      after?.seq ?? null,
      limit,
      era,
    ]);
  }
}
