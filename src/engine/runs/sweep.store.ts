import type { DataSource } from 'typeorm';
import type { WaitReason } from '../../../workflows/contract/wait-reasons.js';
import { AgentRun } from '../../platform/db/entities/run.entity.js';
import type { Startable } from '../../platform/temporal/engine.js';
import { AuditChain, endIn } from '../attestation/chain.js';
import type { Signer } from '../attestation/signer.js';
import { isOurs, type Tokened } from '../attestation/token.js';
import { type JsonEvent, startable } from './admission.js';

const BATCH = 200;
/** Organisations take turns among this many of the oldest; the bound keeps a claim short whatever waits. */
const LOOKED_AT = 20_000;
/** A replica that dies with a claimed batch holds it back for this long; a longer pause only repeats a start. */
const LEASE = `now() + interval '10 seconds'`;
const IS_DUE = `dispatched_at IS NULL AND status = 'queued' AND created_at < now() - interval '3 seconds'
  AND (sweep_after IS NULL OR sweep_after <= now())`;
/** The pause is one second, doubled with each refusal, at most five minutes. */
const PAUSE = `now() + least(300, 2 ^ least(sweep_tries, 10)) * interval '1 second'`;

export const CLAIM_STARTS = `
  WITH turns AS MATERIALIZED (
    SELECT id, row_number() OVER (PARTITION BY organisation_id ORDER BY id) AS turn
      FROM (SELECT id, organisation_id FROM agent_runs WHERE ${IS_DUE} ORDER BY id LIMIT ${LOOKED_AT}) AS oldest
  ), due AS (
    SELECT r.id FROM turns t JOIN agent_runs r ON r.id = t.id WHERE ${IS_DUE}
     ORDER BY t.turn, r.id LIMIT $1 FOR UPDATE OF r SKIP LOCKED
  ), claimed AS (
    UPDATE agent_runs r SET sweep_after = ${LEASE} FROM due WHERE r.id = due.id RETURNING r.*
  )
  SELECT c.*, (SELECT jsonb_agg(to_jsonb(e) ORDER BY e.seq) FROM agent_run_events e WHERE e.run_id = c.id) AS events,
         EXISTS (SELECT FROM memberships m WHERE m.user_id = c.user_id AND m.organisation_id = c.organisation_id
                    AND m.server_admin) AS urgent
    FROM claimed c ORDER BY c.id`;

export const CLAIM_CANCELLATIONS = `
  UPDATE agent_runs r SET sweep_after = ${LEASE}
    WHERE r.id IN (SELECT id FROM agent_runs
                    WHERE cancel_requested_at IS NOT NULL AND cancel_sent_at IS NULL AND finished_at IS NULL
                      AND dispatched_at IS NOT NULL AND (sweep_after IS NULL OR sweep_after <= now())
                    ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
  RETURNING r.id`;

const SET_STARTED = `
  UPDATE agent_runs SET dispatched_at = now(), wait_reason = NULL, sweep_after = NULL, sweep_tries = 0
   WHERE id = ANY($1) AND dispatched_at IS NULL`;

const SET_REFUSED = `
  UPDATE agent_runs SET wait_reason = $2::jsonb, sweep_after = ${PAUSE}, sweep_tries = least(sweep_tries + 1, 100)
   WHERE id = $1 AND dispatched_at IS NULL`;

const BACK_OFF = `
  UPDATE agent_runs SET sweep_after = ${PAUSE}, sweep_tries = least(sweep_tries + 1, 100)
   WHERE id = $1 AND finished_at IS NULL`;

/**
 * The rows that the sweep works on. `sweep_after` is a lease while a replica works on a row, and a pause after Temporal
 * refused it: replicas take different rows, and refused rows hold back no others.
 */
export class SweepStore {
  private readonly chain: AuditChain;

  constructor(
    private readonly db: DataSource,
    private readonly signer: Signer,
  ) {
    this.chain = new AuditChain(db, signer);
  }

  /**
   * Claims runs of each organisation in turn. `ended` are those whose end is in the audit chain, whatever their rows
   * say: they never start.
   */
  async claimStarts(): Promise<{ runs: Startable[]; ended: string[]; full: boolean }> {
    const rows: (AgentRun & { events: (JsonEvent & Tokened)[]; urgent: boolean })[] = await this.db.query(
      CLAIM_STARTS,
      [BATCH],
    );
    const entries = rows.length > 0 ? await this.chain.ofRuns(rows.map(({ id }) => id)) : [];
    const over = new Set(entries.filter((entry) => endIn(entry) !== null).map(({ run_id }) => run_id));
    const ended = rows.flatMap(({ id }) => (over.has(id) ? [id] : []));
    // A start attests what was written before it: only events that a process of ours wrote.
    const runs = rows
      .filter(({ id }) => !over.has(id))
      .map(({ events, urgent, ...run }) => {
        const ours = events.filter((event) => isOurs(this.signer, run.id, event));
        return { ...startable(run, ours), urgent };
      });
    return { runs, ended, full: rows.length === BATCH };
  }

  async claimCancellations(): Promise<{ ids: string[]; full: boolean }> {
    const [rows]: [{ id: string }[]] = await this.db.query(CLAIM_CANCELLATIONS, [BATCH]);
    return { ids: rows.map(({ id }) => id), full: rows.length === BATCH };
  }

  async started(ids: string[]): Promise<void> {
    await this.db.query(SET_STARTED, [ids]);
  }

  async refused(id: string, reason: WaitReason): Promise<void> {
    await this.db.query(SET_REFUSED, [id, JSON.stringify(reason)]);
  }

  async cancelSent(id: string): Promise<void> {
    await this.db.getRepository(AgentRun).update({ id }, { cancel_sent_at: () => 'now()' });
  }

  /** Temporal knows no workflow for the cancellation yet. */
  async backOff(id: string): Promise<void> {
    await this.db.query(BACK_OFF, [id]);
  }

  /** Temporal went away: whoever hears it first takes these rows. */
  async release(runs: readonly Startable[]): Promise<void> {
    await this.db.query(
      `UPDATE agent_runs SET sweep_after = NULL WHERE id = ANY($1) AND dispatched_at IS NULL AND wait_reason IS NULL`,
      [runs.map(({ run_id }) => run_id)],
    );
  }
}
