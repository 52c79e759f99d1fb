import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { findProject } from '../../platform/auth/organisation.store.js';
import { canonical } from '../../platform/canonical.js';
import type { AgentRun } from '../../platform/db/entities/run.entity.js';
import { sha256 } from '../../platform/digest.js';
import { AppError, invalid, projectArchived } from '../../platform/http/app-error.js';
import type { Startable } from '../../platform/temporal/engine.js';
import { agentUnknown, agentUnpublished, catalogueOf } from '../agents/catalogue.store.js';
import { builtIn } from '../agents/from-code.js';
import { askGate, whyDisabled } from '../agents/gate.js';
import { type EventFacts, receipt } from '../attestation/receipt.js';
import { Signer } from '../attestation/signer.js';
import { ADMISSION, tokenOf } from '../attestation/token.js';
import { customVersion, findByIdempotencyKey, insertRuns } from './admission.store.js';
import { NoInputs } from './no-input.js';
import {
  type InputRequest,
  type ReadInput,
  readBuiltInInput,
  readCustomInput,
  readNoInput,
} from './run-input.js';

/** The owner of a run, which every trigger names. */
interface Owner {
  organisation_id: string;
  user_id: string | null;
}

export interface RunRequest {
  agent: string;
  input?: unknown;
  target?: { type: string; id: string } | undefined;
  project_id?: string | undefined;
  priority?: number | undefined;
  labels?: string[] | undefined;
  timeout_seconds?: number | undefined;
}

export interface Provenance {
  trigger: 'api' | 'schedule' | 'user' | 'event' | 'run';
  idempotency_key?: string | undefined;
  rerun_of?: string;
  parent_run_id?: string;
}

/** The schedule that asks, and for which of its ticks, which is taken once; or only when to start. */
export interface Tick {
  schedule_id: string | null;
  tick_at: Date | null;
  /** The run does not start before this time. */
  due_at: Date | null;
}

export interface Ask {
  owner: Owner;
  request: RunRequest;
  provenance: Provenance;
  schedule?: Tick;
}

/** A request's input, checked against the published version of its agent. */
export interface Reading {
  /** Null for a built-in agent, whose code reads the input. */
  version_id: string | null;
  input: ReadInput;
}

/** A request that was read. */
export interface ReadAsk {
  ask: Ask;
  reading: Reading;
}

export interface Admitted {
  run: AgentRun;
  /** Null if the run had been admitted before. */
  startable: Startable | null;
}

const noInputs = new NoInputs();

/** A version may be published between the look at its input schema and the statement. */
const MOST_TRIES = 3;

/** Does work that answers null where another version was published meanwhile, until it answers otherwise. */
export async function untilTaken<T>(work: () => Promise<T | null>): Promise<T> {
  for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
    const done = await work();
    if (done !== null) return done;
  }
  throw new AppError('unavailable');
}

/**
 * Takes requests in: one statement, so that it shares the transaction of whatever data the caller saves with it. Their
 * inputs are read before that transaction begins, because the schema that a person wrote may take long.
 */
@Injectable()
export class Admission {
  constructor(private readonly signer: Signer) {}

  /**
   * Returns null if no version is published. It takes a `DataSource`, because a transaction must not wait for a
   * person's schema.
   */
  async read(db: DataSource, input_request: InputRequest, signal?: AbortSignal): Promise<Reading | null> {
    const { request } = input_request;
    if (builtIn(request.agent)) return { version_id: null, input: readBuiltInInput(request) };
    const version = await customVersion(db, input_request.owner.organisation_id, request.agent);
    if (!version) return null;
    const input = await (request.input === undefined
      ? noInputs.of(version, () => readNoInput(version, signal))
      : readCustomInput(version, request.input, signal));
    return { version_id: version.id, input };
  }

  /** Like `read`, at once, for a request without an input; undefined if it has to be read first. */
  known(
    request: RunRequest,
    version: { version_id: string | null; has_schema: boolean },
  ): Reading | undefined {
    if (builtIn(request.agent)) return { version_id: null, input: readBuiltInInput(request) };
    const { version_id, has_schema } = version;
    const input = has_schema && version_id ? noInputs.known(version_id) : ({ ok: true, value: {} } as const);
    return input && { version_id, input };
  }

  /** Admits one request, or throws the reason against it. */
  async admit(db: DataSource, owner: Owner, request: RunRequest, provenance: Provenance): Promise<Admitted> {
    const ask = { owner, request, provenance };
    return untilTaken(async () => this.take(db, ask, await this.read(db, ask)));
  }

  /** Admits one request that was read; null if the published version changed since the input was read. */
  async take(db: DataSource | EntityManager, ask: Ask, reading: Reading | null): Promise<Admitted | null> {
    const [taken] = await this.admitAll(db, reading ? [{ ask, reading }] : []);
    if (taken) return taken;
    const run = await this.earlier(db, ask);
    if (run) return { run, startable: null };
    if (reading && !reading.input.ok) throw reading.input.error;
    const refusal = await this.whyRefused(db, ask);
    if (refusal) throw refusal;
    return null;
  }

  /** Admits those requests that are allowed and new, in order; `whyRefused` gives the reason against another. */
  async admitAll(db: DataSource | EntityManager, asks: readonly ReadAsk[]): Promise<Admitted[]> {
    const rows = asks.flatMap(({ ask, reading: { version_id, input } }) =>
      input.ok ? [asRow(ask, version_id, input.value)] : [],
    );
    return insert(db, this.signer, rows);
  }

  /** Returns the reason against a request besides its input; null if there is none, or none any more. */
  async whyRefused(db: DataSource | EntityManager, ask: Ask): Promise<AppError | null> {
    const { owner, request } = ask;
    const { agent: key, project_id = null } = request;
    const [agent] = await catalogueOf(db, owner.organisation_id, key);
    if (!agent || (agent.built_in && !builtIn(key))) return agentUnknown(key);
    const { decided_by, enabled } = await askGate(db, key, { ...owner, project_id });
    if (!enabled && decided_by) return new AppError('agent_disabled', whyDisabled(key, decided_by));
    if (!agent.published_id) return agentUnpublished(key);
    if (project_id === null) return null;
    const project = await findProject(db, owner.organisation_id, project_id);
    if (!project) return invalid('project_id', `there is no project ${project_id}`);
    return project.archived_at ? projectArchived(project.name) : null;
  }

  /** The run that was admitted with the same key before. */
  private async earlier(
    db: DataSource | EntityManager,
    { owner, request, provenance }: Ask,
  ): Promise<AgentRun | null> {
    const { idempotency_key } = provenance;
    if (idempotency_key === undefined) return null;
    const run = await findByIdempotencyKey(db, owner, idempotency_key);
    if (run && !run.request_hash?.equals(hashRequest(request, provenance.rerun_of))) {
      throw new AppError(
        'idempotency_conflict',
        `The idempotency key ${idempotency_key} was used with another request.`,
      );
    }
    return run;
  }
}

async function insert(db: DataSource | EntityManager, signer: Signer, rows: Row[]): Promise<Admitted[]> {
  if (rows.length === 0) return [];
  const signed = rows.map((row) => ({ ...row, token: tokenOf(signer, row.id, queuedBy(row)) }));
  const taken = await insertRuns(db, signed);
  return taken.map(({ event, ...run }) => ({ run, startable: startable(run, [event]) }));
}

type Row = ReturnType<typeof asRow>;

/** The first event of a run as the statement writes it, but for the version, which the statement chooses. */
function queuedBy({ agent, trigger, tick_at }: Row) {
  const data = { agent, trigger, ...(tick_at ? { tick_at: tick_at.toISOString() } : {}) };
  return { written_by: ADMISSION, type: 'background_run_queued', data } as const;
}

function asRow({ owner, request, provenance, schedule }: Ask, version_id: string | null, input: unknown) {
  const { idempotency_key, rerun_of } = provenance;
  return {
    ...provenance,
    ...schedule,
    id: uuidv7(),
    organisation_id: owner.organisation_id,
    user_id: owner.user_id,
    project_id: request.project_id,
    agent: request.agent,
    built_in: version_id === null,
    version_id,
    input,
    priority: request.priority,
    timeout_seconds: request.timeout_seconds,
    target_type: request.target?.type,
    target_id: request.target?.id,
    labels: request.labels ?? [],
    request_hash: idempotency_key ? hashRequest(request, rerun_of).toString('hex') : null,
  };
}

function hashRequest(request: RunRequest, rerun_of: string | undefined): Buffer {
  return sha256(canonical({ ...request, rerun_of }));
}

/** An event as `to_jsonb` gives it. */
export type JsonEvent = Omit<EventFacts, 'at'> & { at: string };

/** The facts of a run that dispatch needs, with receipts of all events before its start. */
export function startable(run: AgentRun, events: JsonEvent[]): Startable {
  return {
    run_id: run.id,
    organisation_id: run.organisation_id,
    agent: run.agent,
    receipts: events.map((event) => receipt(run.id, { ...event, at: new Date(event.at) })),
    project_id: run.project_id,
    target: run.target_type ? `${run.target_type}:${run.target_id}` : null,
    trigger: run.trigger,
    labels: run.labels,
    priority: run.priority,
    start_at: run.due_at,
  };
}
