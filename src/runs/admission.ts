import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { agentUnknown, agentUnpublished, catalogueOf } from '../agents/catalogue.js';
import { builtIn } from '../agents/from-code.js';
import { askGate, whyDisabled } from '../agents/gate.js';
import { canonical, type EventFacts, receipt } from '../audit/receipt.js';
import { Signer } from '../audit/signer.js';
import { ADMISSION, tokenOf } from '../audit/token.js';
import type { AgentRun } from '../db/entities/run.entity.js';
import { prepared } from '../db/prepared.js';
import { AppError, invalid, projectArchived } from '../http/app-error.js';
import type { Startable } from '../temporal/engine.js';
import { ADMIT } from './admission.sql.js';
import { NoInputs } from './no-input.js';
import { type CustomVersion, customVersions, type ReadInput, readInput } from './run-input.js';

/** Who a run belongs to; every trigger says it. */
export interface Owner {
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
  /** Not to start before this. */
  due_at: Date | null;
}

export interface Ask {
  owner: Owner;
  request: RunRequest;
  provenance: Provenance;
  schedule?: Tick;
}

export interface Admitted {
  run: AgentRun;
  /** Null where the run had been admitted before. */
  startable: Startable | null;
}

const noInputs = new NoInputs();

/** A version may be published between the look at its input schema and the statement. */
const MOST_TRIES = 3;

/** Takes requests in: one statement, so that it shares the transaction of whatever data the caller saves with it. */
@Injectable()
export class Admission {
  constructor(private readonly signer: Signer) {}

  /** One request; what speaks against it is said. */
  async admit(
    db: DataSource | EntityManager,
    owner: Owner,
    request: RunRequest,
    provenance: Provenance,
    schedule?: Tick,
  ): Promise<Admitted> {
    const ask = { owner, request, provenance, ...(schedule ? { schedule } : {}) };
    for (let tries = 1; ; tries += 1) {
      const [row] = await rowsOf(db, [ask]);
      const [taken] = row && isRow(row) ? await insert(db, this.signer, [row]) : [];
      if (taken) return taken;
      const run = await this.earlier(db, ask);
      if (run) return { run, startable: null };
      if (row instanceof AppError) throw row;
      const refusal = await this.whyRefused(db, ask);
      if (refusal || tries === MOST_TRIES) throw refusal ?? new AppError('unavailable');
    }
  }

  /** Those of many that are allowed and new, in their order; `whyRefused` says what kept another out. */
  async admitAll(db: DataSource | EntityManager, asks: readonly Ask[]): Promise<Admitted[]> {
    const rows = await rowsOf(db, asks);
    return insert(db, this.signer, rows.filter(isRow));
  }

  /** What speaks against a request now; null where nothing does, or no longer. */
  async whyRefused(db: DataSource | EntityManager, ask: Ask): Promise<AppError | null> {
    const { owner, request } = ask;
    const { agent: key, project_id = null } = request;
    const [agent] = await catalogueOf(db, owner.organisation_id, key);
    if (!agent || (agent.built_in && !builtIn(key))) return agentUnknown(key);
    const { decided_by, enabled } = await askGate(db, key, { ...owner, project_id });
    if (!enabled && decided_by) return new AppError('agent_disabled', whyDisabled(key, decided_by));
    if (!agent.published_id) return agentUnpublished(key);
    const [row] = await rowsOf(db, [ask]);
    if (row instanceof AppError || project_id === null) return row instanceof AppError ? row : null;
    const [project] = await db.query(
      `SELECT name, archived_at FROM projects WHERE id = $1 AND organisation_id = $2`,
      [project_id, owner.organisation_id],
    );
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
    const [run]: AgentRun[] = await db.query(
      `SELECT * FROM agent_runs WHERE organisation_id = $1 AND user_id = $2 AND idempotency_key = $3`,
      [owner.organisation_id, owner.user_id, idempotency_key],
    );
    if (run && !run.request_hash?.equals(hashRequest(request, provenance.rerun_of))) {
      throw new AppError('idempotency_conflict', `The key ${idempotency_key} was used with another request.`);
    }
    return run ?? null;
  }
}

/** Null for a built-in agent, whose input its code checks; undefined where there is nothing to run. */
function versionFor({ owner, request }: Ask, versions: CustomVersion[]): CustomVersion | null | undefined {
  if (builtIn(request.agent)) return null;
  return versions.find(
    ({ organisation_id, agent }) => organisation_id === owner.organisation_id && agent === request.agent,
  );
}

/** For each request what the statement takes; null where there is nothing to run, else what its input lacks. */
async function rowsOf(
  db: DataSource | EntityManager,
  asks: readonly Ask[],
): Promise<(Row | AppError | null)[]> {
  const versions = await customVersions(db, asks);
  const read = ({ request }: Ask, version: CustomVersion | null): Promise<ReadInput> =>
    version === null || request.input !== undefined
      ? readInput(request, version)
      : noInputs.of(version, () => readInput(request, version));
  const rows: (Row | AppError | null)[] = [];
  for (const ask of asks) {
    const version = versionFor(ask, versions);
    const input = version === undefined ? null : await read(ask, version);
    if (version === undefined || input === null) rows.push(null);
    else rows.push(input.ok ? asRow(ask, version, input.value) : input.error);
  }
  return rows;
}

async function insert(db: DataSource | EntityManager, signer: Signer, rows: Row[]): Promise<Admitted[]> {
  if (rows.length === 0) return [];
  const queued = { written_by: ADMISSION, type: 'background_run_queued', data: {} } as const;
  const signed = rows.map((row) => ({ ...row, token: tokenOf(signer, row.id, queued) }));
  const taken: (AgentRun & { event: JsonEvent })[] = await db.query(prepared(ADMIT), [
    JSON.stringify(signed),
  ]);
  return taken.map(({ event, ...run }) => ({ run, startable: startable(run, [event]) }));
}

type Row = ReturnType<typeof asRow>;

const isRow = (row: Row | AppError | null): row is Row => row !== null && !(row instanceof AppError);

function asRow({ owner, request, provenance, schedule }: Ask, version: CustomVersion | null, input: unknown) {
  const { idempotency_key, rerun_of } = provenance;
  return {
    ...provenance,
    ...schedule,
    id: uuidv7(),
    organisation_id: owner.organisation_id,
    user_id: owner.user_id,
    project_id: request.project_id,
    agent: request.agent,
    built_in: version === null,
    version_id: version?.id,
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
  return createHash('sha256')
    .update(canonical({ ...request, rerun_of }))
    .digest();
}

/** An event as `to_jsonb` gives it. */
export type JsonEvent = Omit<EventFacts, 'at'> & { at: string };

/** What dispatch needs of a run: its facts, and receipts of all that was written before it starts. */
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
