import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Principal } from '../../platform/auth/principal.js';
import type { AgentRun } from '../../platform/db/entities/run.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import { bindingsOf, type NamedBinding } from '../agents/binding.store.js';
import { agentUnknown } from '../agents/catalogue.store.js';
import { decide, pathAmong } from '../agents/effective.js';
import { builtIn } from '../agents/from-code.js';
import { shown } from '../agents/present-agent.js';
import { Admission, type Admitted, type RunRequest, untilTaken } from './admission.js';
import { lockQueuedRun } from './admission.store.js';
import { Dispatcher } from './dispatcher.js';
import { presentRun } from './present-run.js';
import { readBuiltInInput } from './run-input.js';
import { WaitContextReader } from './wait-context.js';

export interface FollowUpRequest extends RunRequest {
  project_id: string;
  /** A request within this time joins the run, which starts that long after the first request. */
  gather_seconds?: number;
}

interface SkippedAgent {
  agent: string;
  code: string;
  message: string;
  decided_by: NamedBinding | null;
}

interface FollowUps {
  admitted: Admitted[];
  skipped: SkippedAgent[];
}

const NOT_NOW = ['agent_disabled', 'agent_unpublished', 'agent_unknown'];
const BY_USER = { trigger: 'user' } as const;

/**
 * Admits the runs that follow a person's change, in the transaction of the person's data, and starts them after it.
 * Their agents are built in, so their inputs are read at once.
 */
@Injectable()
export class FollowUp {
  constructor(
    private readonly admission: Admission,
    private readonly dispatcher: Dispatcher,
    private readonly waits: WaitContextReader,
  ) {}

  /** Serves actions that do more than this: agents that may not run are named, and the rest is saved. */
  async ask(tx: EntityManager, caller: Principal, requests: FollowUpRequest[]): Promise<FollowUps> {
    const follow_ups: FollowUps = { admitted: [], skipped: [] };
    for (const request of requests) {
      try {
        follow_ups.admitted.push(await this.need(tx, caller, request));
      } catch (error) {
        if (!(error instanceof AppError) || !NOT_NOW.includes(error.code)) throw error;
        follow_ups.skipped.push(await this.skipped(tx, caller, request, error));
      }
    }
    return follow_ups;
  }

  /** Serves actions that do nothing else: an agent that may not run refuses the whole. */
  async need(tx: EntityManager, caller: Principal, request: FollowUpRequest): Promise<Admitted> {
    const { gather_seconds = 0, ...rest } = request;
    const waiting = gather_seconds > 0 && (await this.waiting(tx, caller, rest));
    if (waiting) return { run: waiting, startable: null };
    const due_at = gather_seconds > 0 ? new Date(Date.now() + gather_seconds * 1000) : null;
    if (!builtIn(rest.agent)) throw agentUnknown(rest.agent);
    const schedule = { schedule_id: null, tick_at: null, due_at };
    const ask = { owner: caller, request: rest, provenance: BY_USER, schedule };
    const reading = { version_id: null, input: readBuiltInInput(rest) };
    return untilTaken(() => this.admission.take(tx, ask, reading));
  }

  /** Starts and shows the runs, after the commit. */
  async started({ admitted, skipped }: FollowUps) {
    const context = await this.waits.read(admitted.map(({ run }) => run));
    for (const { startable } of admitted) this.dispatcher.dispatch(startable);
    return { agent_runs: admitted.map(({ run }) => presentRun(run, context)), skipped_agents: skipped };
  }

  /**
   * The run of an earlier request for the same that has not begun. Its row is locked: it begins after this change is
   * committed, and so it sees it.
   */
  private async waiting(
    tx: EntityManager,
    caller: Principal,
    request: Omit<FollowUpRequest, 'gather_seconds'>,
  ): Promise<AgentRun | null> {
    const { agent, project_id, target, input = {} } = request;
    if (!target) return null;
    const { organisation_id } = caller;
    const run = await lockQueuedRun(tx, { organisation_id, agent, project_id, target, input });
    if (!run) return null;
    const refusal = await this.admission.whyRefused(tx, { owner: caller, request, provenance: BY_USER });
    if (refusal) throw refusal;
    return run;
  }

  private async skipped(
    tx: EntityManager,
    caller: Principal,
    { agent, project_id }: FollowUpRequest,
    { code, message }: AppError,
  ): Promise<SkippedAgent> {
    const bindings = await bindingsOf(tx, agent, caller.organisation_id);
    const { decided_by } = decide(pathAmong(bindings, { ...caller, project_id }));
    const disabled = code === 'agent_disabled' && decided_by;
    return { agent, code, message, decided_by: disabled ? shown(decided_by, caller) : null };
  }
}
