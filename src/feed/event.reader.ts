import type { DataSource } from 'typeorm';
import type { RunEventType, RunStatus } from '../../workflows/contract/run-state.js';

/** One event of the stream, with what a reader needs to place it. */
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

export interface Place {
  at: string;
  run_id: string;
  seq: number;
}

const EVENT = `e.run_id, e.seq, e.type, e.at, e.status, e.attempt, e.data, e.organisation_id, e.user_id, r.agent`;
const FRESH = `e.xid >= pg_snapshot_xmin($1::pg_snapshot) AND NOT pg_visible_in_snapshot(e.xid, $1::pg_snapshot)`;

/** Reads batches of events: those that became visible between two snapshots. Exact, whatever the order of commits. */
export class EventReader {
  constructor(private readonly db: DataSource) {}

  async snapshot(): Promise<string> {
    const [{ snapshot }] = await this.db.query(`SELECT pg_current_snapshot()::text AS snapshot`);
    return snapshot;
  }

  /** Everything that was not seen yet, with the snapshot it was read under. */
  async since(seen: string): Promise<{ until: string; events: StreamEvent[] }> {
    const rows: (StreamEvent & { until: string })[] = await this.db.query(
      `SELECT pg_current_snapshot()::text AS until, fresh.*
         FROM (SELECT 1) one LEFT JOIN (
           SELECT ${EVENT} FROM agent_run_events e JOIN agent_runs r ON r.id = e.run_id WHERE ${FRESH}
         ) fresh ON true
        ORDER BY fresh.at, fresh.run_id, fresh.seq`,
      [seen],
    );
    return { until: rows[0]?.until ?? seen, events: rows.filter((row) => row.run_id !== null) };
  }

  /** One page of an organisation's events between two snapshots, after a place inside them. */
  async between(
    organisation_id: string,
    seen: string,
    until: string,
    after: Place | null,
    limit: number,
  ): Promise<StreamEvent[]> {
    return this.db.query(
      `SELECT ${EVENT} FROM agent_run_events e JOIN agent_runs r ON r.id = e.run_id
        WHERE ${FRESH} AND pg_visible_in_snapshot(e.xid, $2::pg_snapshot) AND e.organisation_id = $3
          AND ($4::timestamptz IS NULL OR (e.at, e.run_id, e.seq) > ($4, $5::uuid, $6::int))
        ORDER BY e.at, e.run_id, e.seq LIMIT $7`,
      [seen, until, organisation_id, after?.at ?? null, after?.run_id ?? null, after?.seq ?? null, limit],
    );
  }
}
