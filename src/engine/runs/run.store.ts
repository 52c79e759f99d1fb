import type { DataSource } from 'typeorm';
import type { ActivityOrigin, RunStore } from '../../../activities/runs/lifecycle.js';
import { agents } from '../../../agents/index.js';
import type { RunError } from '../../../workflows/contract/errors.js';
import type { Begun, Going, Outcome, Progress, Written } from '../../../workflows/contract/run.js';
import { endingEvent, isEnded, type RunStatus } from '../../../workflows/contract/run-state.js';
import { waitFor } from '../../../workflows/contract/wait-reasons.js';
import { canonical } from '../../platform/canonical.js';
import { digestOf } from '../../platform/digest.js';
import { type Place } from '../agents/effective.js';
import { builtIn } from '../agents/from-code.js';
import { askGate, whyDisabled } from '../agents/gate.js';
import type { Signer } from '../attestation/signer.js';
import {
  BEGIN,
  FINISH,
  HEARTBEAT,
  IS_UNKNOWN,
  PINNED,
  RETRYING,
  START_ATTEMPT_OF_RUN,
} from './run-change.sql.js';
import { changeRun, type NewEvent, type RunChange } from './run-change.store.js';
import { SHOWN } from './shown.sql.js';

const START_ATTEMPT = `
  WITH run AS (
    UPDATE agent_runs SET attempt = $2, wait_reason = NULL WHERE id = $1 AND status = 'running' RETURNING id, attempt
  ) ${START_ATTEMPT_OF_RUN('$3::text')}`;

const RECORD = `SELECT ${SHOWN} AS shown FROM agent_runs run WHERE id = $1 AND finished_at IS NOT NULL`;

const RECORD_BY = `
  SELECT ${SHOWN} AS shown FROM agent_runs run
   WHERE id = $1 AND EXISTS (SELECT FROM agent_run_events WHERE run_id = $1 AND written_by = $2)`;

const RECORD_WAIT = `
  UPDATE agent_runs r SET wait_reason = $2::jsonb
   WHERE id = $1 AND status = 'queued' AND ${IS_UNKNOWN('$3')} RETURNING 1`;

const BEGINNING = `
  SELECT status, input, timeout_seconds, cancel_requested_at, agent, organisation_id, project_id, user_id,
         ${PINNED('r')} AS pinned
    FROM agent_runs r WHERE id = $1`;

/** A run's life as the worker writes it: every method is one statement, and once. */
export class PostgresRunStore implements RunStore {
  constructor(
    private readonly db: DataSource,
    private readonly signer: Signer,
    private readonly known: readonly string[] = agents.map(({ key }) => key),
  ) {}

  async begin(origin: ActivityOrigin): Promise<Begun> {
    const changed = await changeRun(this.db, this.signer, {
      ...by(origin, 'begin'),
      events: [
        { type: 'background_run_claimed', status: 'queued', data: { worker: origin.worker } },
        {
          type: 'background_run_started',
          status: 'running',
          data: { temporal_run_id: origin.temporal_run_id },
        },
      ],
      ...BEGIN,
      params: [origin.temporal_run_id, this.known],
    });
    const run = (changed?.answer as Beginning | undefined) ?? (await this.beginning(origin.run_id));
    const written = changed?.receipts ?? [];
    if (isEnded(run.status)) return { outcome: 'ended', receipts: written, ...(await this.shownBy(origin)) };
    if (!changed && run.cancel_requested_at) return { outcome: 'cancel', receipts: [] };
    if (!changed && run.status === 'queued') {
      await this.waitUnlessKnown(origin, run.agent);
      return this.refused(run);
    }
    const { timeout_seconds, pinned } = run;
    const input = withoutTexts(run);
    return { outcome: 'go', input, timeout_ms: timeout_seconds * 1000, receipts: written, ...pinned };
  }

  async progress(origin: ActivityOrigin, progress: Progress, attempt: number): Promise<Written> {
    return this.write({
      ...by(origin, `heartbeat/${attempt}/${digestOf(canonical(progress)).slice(0, 8)}`),
      events: [
        recovered(origin),
        { type: 'background_run_heartbeat', status: 'running', data: { ...progress } },
      ],
      ...HEARTBEAT,
      params: [JSON.stringify(progress)],
    });
  }

  async retrying(
    origin: ActivityOrigin,
    error: RunError,
    next_attempt: number,
    delay_ms: number,
  ): Promise<Written> {
    const data = { error, next_attempt, delay_ms };
    const reason = waitFor('retry_backoff', `attempt ${next_attempt} starts after a pause`);
    return this.write({
      ...by(origin, `retrying/${next_attempt}`),
      events: [recovered(origin), { type: 'background_run_retrying', status: 'running', data }],
      ...RETRYING,
      params: [JSON.stringify(error), JSON.stringify(reason), delay_ms],
    });
  }

  async startAttempt(origin: ActivityOrigin, attempt: number): Promise<Written> {
    await this.db.query(START_ATTEMPT, [origin.run_id, attempt, origin.worker]);
    return { receipts: [] };
  }

  async finish(origin: ActivityOrigin, outcome: Outcome, progress: Progress | null): Promise<Written> {
    const completed = outcome.status === 'completed';
    const error = completed ? null : outcome.error;
    const type = endingEvent(outcome.status);
    const changed = await changeRun(this.db, this.signer, {
      ...by(origin, 'finish'),
      events: [recovered(origin), { type, status: outcome.status, data: error ? { error } : {} }],
      ...FINISH(outcome.status),
      params: [
        completed ? JSON.stringify(outcome.result ?? null) : null,
        error ? JSON.stringify(error) : null,
        progress ? JSON.stringify(progress) : null,
        origin.temporal_run_id,
      ],
    });
    const shown = (changed?.answer as string | null | undefined) ?? (await this.shown(origin.run_id));
    return { receipts: changed?.receipts ?? [], ...(shown ? { shown } : {}) };
  }

  /** A workflow task that is executed again after the end was written attests what this execution wrote of it. */
  private async shownBy({ run_id, temporal_run_id }: ActivityOrigin): Promise<{ shown?: string }> {
    const [row]: { shown: string }[] = await this.db.query(RECORD_BY, [run_id, `${temporal_run_id}/finish`]);
    return row ? { shown: row.shown } : {};
  }

  /** An end that was written before is attested as it stands. */
  private async shown(run_id: string): Promise<string | null> {
    const [row]: { shown: string }[] = await this.db.query(RECORD, [run_id]);
    return row?.shown ?? null;
  }

  private async write(change: RunChange): Promise<Written> {
    return { receipts: (await changeRun(this.db, this.signer, change))?.receipts ?? [] };
  }

  /** A worker from before the agent, or from after it, cannot run it: the run waits for one that can, and says so. */
  private async waitUnlessKnown({ run_id, worker }: ActivityOrigin, agent: string): Promise<void> {
    const message = `The worker ${worker} does not know the agent ${agent}`;
    const reason = waitFor('agent_not_on_worker', `${message}; the run waits for one that does.`);
    const [waiting]: [unknown[]] = await this.db.query(RECORD_WAIT, [
      run_id,
      JSON.stringify(reason),
      this.known,
    ]);
    if (waiting.length > 0) throw new UnknownAgentError(message);
  }

  /** A binding was made since the run was admitted. */
  private async refused(run: Beginning): Promise<Begun> {
    const { decided_by } = await askGate(this.db, run.agent, run);
    if (!decided_by) throw new Error('the binding that disabled it is gone; the run may begin');
    return { outcome: 'skip', message: whyDisabled(run.agent, decided_by), receipts: [] };
  }

  private async beginning(id: string): Promise<Beginning> {
    const [row]: Beginning[] = await this.db.query(BEGINNING, [id]);
    if (!row) throw new RunGone(id);
    return row;
  }
}

interface Beginning extends Place {
  agent: string;
  status: RunStatus;
  input: unknown;
  timeout_seconds: number;
  cancel_requested_at: unknown;
  pinned: Pick<Going, 'retry' | 'custom'> | null;
}

/**
 * The answer of begin becomes history: an own agent's flow needs nothing of its input, and a built-in one's no texts.
 */
function withoutTexts({ agent, input, pinned }: Beginning): unknown {
  if (pinned?.custom) return null;
  const texts = builtIn(agent)?.texts ?? [];
  if (texts.length === 0) return input;
  return Object.fromEntries(Object.entries(input as object).filter(([name]) => !texts.includes(name)));
}

/** The run's row is no longer there: its workflow has nothing left to do. */
export class RunGone extends Error {
  override readonly name = 'RunGone';
  constructor(id: string) {
    super(`run ${id} does not exist`);
  }
}

/** This is never the run's failure: another worker may know the agent. */
export class UnknownAgentError extends Error {
  override readonly name = 'AgentUnknown';
}

/**
 * Names the writer by its meaning, because the number of an activity may differ when a workflow task is executed again.
 */
function by(origin: ActivityOrigin, what: string) {
  return {
    run_id: origin.run_id,
    written_by: `${origin.temporal_run_id}/${what}`,
    worker: origin.worker,
    known: origin.known,
  };
}

function recovered(origin: ActivityOrigin): NewEvent {
  const data = { found: 'worker_lost', worker: origin.worker };
  return { type: 'background_run_recovered', status: 'running', data, only_if_taken_over: true };
}
