import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Principal } from '../../platform/auth/principal.js';
import { AppError } from '../../platform/http/app-error.js';
import { nextPage } from '../../platform/http/page.js';
import { Admission, type Provenance, type RunRequest } from './admission.js';
import { requestCancel } from './cancel-request.store.js';
import { Dispatcher } from './dispatcher.js';
import { presentRun } from './present-run.js';
import type { PageQuery } from './run.dto.js';
import { RunRepository } from './run.repository.js';
import { WaitContextReader } from './wait-context.js';

/** The operations of a caller on runs. */
@Injectable()
export class RunsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly admission: Admission,
    private readonly dispatcher: Dispatcher,
    private readonly runs: RunRepository,
    private readonly waits: WaitContextReader,
  ) {}

  async start(caller: Principal, request: RunRequest, idempotency_key?: string) {
    return this.take(caller, request, { trigger: 'api', idempotency_key });
  }

  async rerun(caller: Principal, id: string, idempotency_key?: string) {
    const earlier = await this.runs.find(caller, id);
    const { agent, target_type, target_id, input, project_id, priority, labels, timeout_seconds } = earlier;
    const target = target_type ? { type: target_type, id: target_id ?? '' } : undefined;
    const request = {
      agent,
      target,
      input,
      project_id: project_id ?? undefined,
      priority,
      labels,
      timeout_seconds,
    };
    return this.take(caller, request, { trigger: 'api', idempotency_key, rerun_of: id });
  }

  async show(caller: Principal, id: string) {
    const run = await this.runs.find(caller, id);
    return presentRun(run, await this.waits.read([run]), await this.runs.outputs(run));
  }

  async events(caller: Principal, id: string, { after, limit }: PageQuery) {
    const events = await this.runs.events(caller, id, after, limit);
    return { events, next_after: nextPage(events, limit, ({ seq }) => seq) };
  }

  async attempts(caller: Principal, id: string) {
    return { attempts: await this.runs.attempts(caller, id) };
  }

  /** The workflow carries it out, so that it ends like every other run; until then the run says it was asked. */
  async cancel(caller: Principal, id: string) {
    const [requested] = await requestCancel(this.db, [id], caller);
    const run = await this.runs.find(caller, id);
    if (!requested && run.status !== 'cancelled')
      throw new AppError('run_already_ended', `The run has ended: ${run.status}.`);
    if (requested && !run.cancel_sent_at) void this.dispatcher.sendCancel(id);
    return presentRun(run, await this.waits.read([run]));
  }

  private async take(caller: Principal, request: RunRequest, provenance: Provenance) {
    const { run, startable } = await this.admission.admit(this.db, caller, request, provenance);
    this.dispatcher.dispatch(startable && { ...startable, urgent: caller.server_admin });
    return { agent_runs: [presentRun(run, await this.waits.read(startable ? [] : [run]))] };
  }
}
