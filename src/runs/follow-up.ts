import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { decide, pathAmong } from '../agents/effective.js';
import { bindingsOf, type NamedBinding } from '../agents/gate.js';
import { shown } from '../agents/present-agent.js';
import type { Principal } from '../auth/principal.js';
import type { AgentRun } from '../db/entities/run.entity.js';
import { AppError } from '../http/app-error.js';
import { Admission, type Admitted, type RunRequest } from './admission.js';
import { Dispatcher } from './dispatcher.js';
import { presentRun } from './present-run.js';
import { SurroundingsReader } from './surroundings.js';

export interface FollowUpRequest extends RunRequest {
  project_id: string;
  /** Asked again within this time, it stays one run; it starts that long after it was first asked for. */
  gather_seconds?: number;
}

export interface SkippedAgent {
  agent: string;
  code: string;
  message: string;
  decided_by: NamedBinding | null;
}

export interface Asked {
  admitted: Admitted[];
  skipped: SkippedAgent[];
}

const NOT_NOW = ['agent_disabled', 'agent_unpublished', 'agent_unknown'];
/** A run this close to its start is not waited for any more. */
const TOO_CLOSE_SECONDS = 1;

/** Runs that follow what a person does: asked for in the transaction of the person’s own data, started after it. */
@Injectable()
export class FollowUp {
  constructor(
    private readonly admission: Admission,
    private readonly dispatcher: Dispatcher,
    private readonly surroundings: SurroundingsReader,
  ) {}

  /** For actions that do more than this: what may not run is said, and the rest is saved. */
  async ask(tx: EntityManager, caller: Principal, requests: FollowUpRequest[]): Promise<Asked> {
    const asked: Asked = { admitted: [], skipped: [] };
    for (const request of requests) {
      try {
        asked.admitted.push(await this.need(tx, caller, request));
      } catch (error) {
        if (!(error instanceof AppError) || !NOT_NOW.includes(error.code)) throw error;
        asked.skipped.push(await this.skipped(tx, caller, request, error));
      }
    }
    return asked;
  }

  /** For actions that do nothing else: what may not run refuses the whole. */
  async need(tx: EntityManager, caller: Principal, request: FollowUpRequest): Promise<Admitted> {
    const waiting = await this.waiting(tx, caller, request);
    if (waiting) return { run: waiting, startable: null };
    const { gather_seconds, ...rest } = request;
    const due_at = gather_seconds ? new Date(Date.now() + gather_seconds * 1000) : null;
    return this.admission.admit(
      tx,
      caller,
      rest,
      { trigger: 'user' },
      { schedule_id: null, tick_at: null, due_at },
    );
  }

  /** After the commit: the runs are started and shown. */
  async started({ admitted, skipped }: Asked) {
    const around = await this.surroundings.around(admitted.map(({ run }) => run));
    for (const { startable } of admitted) this.dispatcher.dispatch(startable);
    return { agent_runs: admitted.map(({ run }) => presentRun(run, around)), skipped_agents: skipped };
  }

  /** The run of an earlier request that has not started: it will see this change, too. */
  private async waiting(tx: EntityManager, { organisation_id }: Principal, request: FollowUpRequest) {
    if (!request.gather_seconds || !request.target) return null;
    const [run]: AgentRun[] = await tx.query(
      `SELECT * FROM agent_runs
        WHERE organisation_id = $1 AND agent = $2 AND target_type = $3 AND target_id = $4 AND status = 'queued'
          AND cancel_requested_at IS NULL AND due_at > clock_timestamp() + $5 * interval '1 second'
        ORDER BY id DESC LIMIT 1`,
      [organisation_id, request.agent, request.target.type, request.target.id, TOO_CLOSE_SECONDS],
    );
    return run ?? null;
  }

  private async skipped(tx: EntityManager, caller: Principal, request: FollowUpRequest, error: AppError) {
    const bindings = await bindingsOf(tx, request.agent, caller.organisation_id);
    const { decided_by } = decide(pathAmong(bindings, { ...caller, project_id: request.project_id }));
    return {
      agent: request.agent,
      code: error.code,
      message: error.message,
      decided_by: error.code === 'agent_disabled' && decided_by ? shown(decided_by, caller) : null,
    };
  }
}
