import {
  Client,
  Connection,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { RUN_WORKFLOW, type RunStart } from '../../../workflows/contract/run.js';
import type { Environment } from '../config/environment.js';
import { isAnswer, NOT_FOUND } from './answers.js';
import { temporalTarget } from './connection.js';
import { payloadCodec } from './data-converter.js';
import { type FailedTask, firstTask, lastFailedTask } from './failed-task.js';
import { decodeHistory, type History, resetFrom } from './history.js';
import type { SealingCodec } from './payload-codec.js';
import { lacksSearchAttribute, registerCommand, registerMissing } from './register.js';
import { TemporalSchedules } from './schedules.js';
import { searchAttributes } from './search-attributes.js';
import { turn } from './turn.js';
import { TemporalVersions } from './versions.js';

export { type History, historyCodec } from './history.js';

/** The arguments of a run's workflow, with the options of its start. */
export interface Startable extends RunStart {
  project_id: string | null;
  target: string | null;
  trigger: string;
  labels: string[];
  priority: number;
  /** A server administrator made the request: CRITICAL then goes before all tenants. */
  urgent?: boolean;
  /** The workflow does not start before this time; null starts it at once. */
  start_at: Date | null;
}

export interface Execution {
  status: string;
  temporal_run_id: string;
  /** The number of tries of the current workflow task; 0 if there is none. */
  task_attempt: number;
}

const DEADLINE_MS = 5000;
/** Nobody resets a workflow more often than this. */
const MOST_EXECUTIONS = 50;

/**
 * Sends all requests of this process to Temporal, each with a deadline, and remembers whether the last one was
 * answered.
 */
export class Engine {
  private heard = true;
  private registered: Promise<void> | undefined;
  private refusal: string | null = null;
  /** Temporal's words with which it refused to register them, for the log. */
  refusedWith: string | null = null;
  readonly schedules: TemporalSchedules;
  readonly versions: TemporalVersions;

  private constructor(
    private readonly connection: Connection,
    private readonly client: Client,
    private readonly taskQueue: string,
    readonly namespace: string,
    private readonly codec: SealingCodec,
  ) {
    this.schedules = new TemporalSchedules(client, taskQueue, (words) => this.say(words));
    this.versions = new TemporalVersions(connection, namespace, taskQueue, (words) => this.say(words));
  }

  static async connect(env: Environment, identity: string): Promise<Engine> {
    const connection = Connection.lazy({ ...(await temporalTarget(env)), connectTimeout: DEADLINE_MS });
    const codec = payloadCodec(env);
    const namespace = env.TEMPORAL_NAMESPACE;
    const dataConverter = { payloadCodecs: [codec] };
    const client = new Client({ connection, namespace, identity, dataConverter });
    return new Engine(connection, client, env.TEMPORAL_TASK_QUEUE, namespace, codec);
  }

  /** False from the first failed request until one is answered again. */
  get up(): boolean {
    return this.heard;
  }

  async reachable(): Promise<boolean> {
    try {
      await this.say(() => this.connection.workflowService.getSystemInfo({}), 2000);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Says what the namespace lacks and does not accept from this process, with the operator's command; null if nothing.
   */
  get lacking(): string | null {
    return this.refusal;
  }

  /** Registers the search attributes, once; a process that may not register them says so in `lacking`. */
  async register(): Promise<void> {
    this.registered ??= this.say(() => registerMissing(this.connection, this.namespace)).then(
      () => {
        this.refusal = null;
      },
      (error: unknown) => {
        this.registered = undefined;
        if (!this.up) return;
        this.refusal = this.howToRegister();
        this.refusedWith = String(error instanceof Error ? (error.cause ?? error) : error);
      },
    );
    await this.registered;
  }

  /** Starts the run's workflow; one that was started before counts as started. */
  async start(run: Startable): Promise<void> {
    const { run_id, organisation_id, agent, receipts } = run;
    if (!this.registered) await this.register();
    try {
      await this.say(() =>
        this.client.workflow.start(RUN_WORKFLOW, {
          workflowId: run_id,
          taskQueue: this.taskQueue,
          args: [{ run_id, organisation_id, agent, receipts } satisfies RunStart],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          staticSummary: `${agent}${run.target ? ` on ${run.target}` : ''}`,
          ...startDelay(run.start_at),
          priority: turn(run),
          typedSearchAttributes: attributes(run),
        }),
      );
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return;
      if (!lacksSearchAttribute(error)) throw error;
      this.registered = undefined;
      throw new Error(this.howToRegister());
    }
  }

  /** Returns false if Temporal knows no such running workflow. */
  async cancel(run_id: string): Promise<boolean> {
    return this.unlessMissing(async () => {
      await this.say(() => this.client.workflow.getHandle(run_id).cancel());
      return true;
    }, false);
  }

  async describe(run_id: string): Promise<Execution | null> {
    return this.unlessMissing(async () => {
      const description = await this.say(() => this.client.workflow.getHandle(run_id).describe());
      const task_attempt = description.raw.pendingWorkflowTask?.attempt ?? 0;
      return { status: description.status.name, temporal_run_id: description.runId, task_attempt };
    }, null);
  }

  /** Returns why the last workflow task failed, in the worker's words. */
  async failedTask(run_id: string, temporal_run_id: string): Promise<FailedTask | null> {
    const history = await this.history(run_id, temporal_run_id);
    return history && lastFailedTask(this.decodeHistory(history));
  }

  /** The workflow begins again, with what it was started with; what it has written is not written again. */
  async restart(run_id: string, temporal_run_id: string): Promise<void> {
    const history = await this.history(run_id, temporal_run_id);
    const task = history && firstTask(history);
    if (!task) return;
    await this.say(() =>
      this.connection.workflowService.resetWorkflowExecution({
        namespace: this.namespace,
        workflowExecution: { workflowId: run_id, runId: temporal_run_id },
        reason: 'its flow has changed',
        workflowTaskFinishEventId: task,
        requestId: `${temporal_run_id}/${task}`,
      }),
    );
  }

  /** Waits a moment for a workflow that is about to close. */
  async untilClosed(run_id: string, temporal_run_id: string | undefined, ms: number): Promise<void> {
    const handle = this.client.workflow.getHandle(run_id, temporal_run_id);
    await this.connection.withDeadline(Date.now() + ms, () => handle.result()).catch(() => undefined);
  }

  /**
   * Returns the sealed history, as the archive stores it; a reader decodes it first. Null means that Temporal does not
   * know the workflow. For a history the client only says that something was not found, which may be the namespace;
   * `describe` tells these apart.
   */
  async history(run_id: string, temporal_run_id?: string): Promise<History | null> {
    const handle = this.client.workflow.getHandle(run_id, temporal_run_id);
    const fetch = async () => {
      try {
        return await handle.fetchHistory();
      } catch (error) {
        if (isGrpcServiceError(error) && error.code === NOT_FOUND) await handle.describe();
        throw error;
      }
    };
    return this.unlessMissing(() => this.say(fetch), null);
  }

  /**
   * Returns the histories of all executions of a run's workflow, the first one first: each reset closes one execution
   * and begins another, which names the one before. Empty if Temporal knows none; an unreachable Temporal throws.
   */
  async histories(run_id: string): Promise<History[]> {
    const histories: History[] = [];
    for (let execution: string | undefined; ; ) {
      const history = await this.history(run_id, execution);
      if (!history) return histories;
      histories.unshift(history);
      const before = resetFrom(history);
      if (before === null || histories.length === MOST_EXECUTIONS) return histories;
      execution = before;
    }
  }

  /** A copy with its payloads opened; histories from before payloads were sealed come back as they are. */
  decodeHistory(history: History): History {
    return decodeHistory(history, this.codec);
  }

  /** Runs whose workflow ended in a way no workflow of ours ends by itself. */
  async endedFromOutside(since: Date): Promise<string[]> {
    const query = `WorkflowType = '${RUN_WORKFLOW}' AND ExecutionStatus IN ('Terminated', 'TimedOut') AND CloseTime > '${since.toISOString()}'`;
    const answer = await this.say(() =>
      this.connection.workflowService.listWorkflowExecutions({
        namespace: this.namespace,
        query,
        pageSize: 200,
      }),
    );
    return (answer.executions ?? []).flatMap(({ execution }) =>
      execution?.workflowId ? [execution.workflowId] : [],
    );
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  /** The text leaves out Temporal's own words, which may name addresses: anybody may read the health of the API. */
  private howToRegister(): string {
    return `The namespace ${this.namespace} lacks search attributes of Nightshift, and this process could not register them. Register them with: ${registerCommand(this.namespace)}`;
  }

  private async say<T>(words: () => Promise<T>, ms = DEADLINE_MS): Promise<T> {
    try {
      const answer = await this.connection.withDeadline(Date.now() + ms, words);
      this.heard = true;
      return answer;
    } catch (error) {
      this.heard = isAnswer(error);
      throw error;
    }
  }

  private async unlessMissing<T>(ask: () => Promise<T>, missing: T): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return missing;
      throw error;
    }
  }
}

/** A start that is spread waits in Temporal itself. */
function startDelay(start_at: Date | null): { startDelay?: number } {
  const ms = start_at ? start_at.getTime() - Date.now() : 0;
  return ms > 0 ? { startDelay: ms } : {};
}

function attributes({
  agent,
  organisation_id,
  project_id,
  target,
  trigger,
  labels,
}: Startable): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: searchAttributes.agent, value: agent },
    { key: searchAttributes.organisation, value: organisation_id },
    { key: searchAttributes.trigger, value: trigger },
    ...(project_id ? [{ key: searchAttributes.project, value: project_id }] : []),
    ...(target ? [{ key: searchAttributes.target, value: target.slice(0, 255) }] : []),
    ...(labels.length > 0 ? [{ key: searchAttributes.labels, value: labels }] : []),
  ]);
}
