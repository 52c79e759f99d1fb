import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { AgentDefinition } from '../../workflows/contract/agent.js';
import { findAgent } from '../agents/catalogue.js';
import { IS_DISABLED } from '../agents/effective.js';
import { askGate, whyDisabled } from '../agents/gate.js';
import type { AgentRun } from '../db/entities/run.entity.js';
import { canonical, type EventFacts, receipt } from '../feed/receipt.js';
import { AppError, invalid } from '../http/app-error.js';
import { fieldErrors, validationFailed } from '../http/validation.js';
import type { Startable } from '../temporal/engine.js';

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

export interface Admitted {
  run: AgentRun;
  /** Null where the run had been admitted before. */
  startable: Startable | null;
}

/** Takes a request in: one statement, so that it shares the transaction of whatever data the caller saves with it. */
@Injectable()
export class Admission {
  async admit(
    db: DataSource | EntityManager,
    owner: Owner,
    request: RunRequest,
    provenance: Provenance,
  ): Promise<Admitted> {
    const agent = findAgent(request.agent);
    const input = readInput(agent, request.input);
    const request_hash = provenance.idempotency_key ? hashRequest(request, provenance.rerun_of) : null;
    const [row]: (AgentRun & { event: JsonEvent })[] = await db.query(INSERT, [
      uuidv7(),
      owner.organisation_id,
      request.project_id ?? null,
      owner.user_id,
      agent.key,
      provenance.trigger,
      request.target?.type ?? null,
      request.target?.id ?? null,
      JSON.stringify(input),
      request.priority ?? agent.policy.priority,
      request.labels ?? [],
      request.timeout_seconds ?? agent.policy.timeout_seconds,
      provenance.parent_run_id ?? null,
      provenance.rerun_of ?? null,
      provenance.idempotency_key ?? null,
      request_hash,
    ]);
    if (row) {
      const { event, ...run } = row;
      return { run, startable: startable(run, [event]) };
    }
    return { run: await this.earlier(db, owner, request, provenance, request_hash), startable: null };
  }

  /** Nothing was inserted: the key was used before, the agent is disabled, or the project is not the caller's. */
  private async earlier(
    db: DataSource | EntityManager,
    owner: Owner,
    request: RunRequest,
    { idempotency_key }: Provenance,
    request_hash: Buffer | null,
  ): Promise<AgentRun> {
    const [run]: AgentRun[] = await db.query(
      `SELECT * FROM agent_runs WHERE organisation_id = $1 AND user_id = $2 AND idempotency_key = $3`,
      [owner.organisation_id, owner.user_id, idempotency_key ?? null],
    );
    if (!run) throw await this.whyRefused(db, owner, request);
    if (request_hash === null || !run.request_hash?.equals(request_hash)) {
      throw new AppError('idempotency_conflict', `The key ${idempotency_key} was used with another request.`);
    }
    return run;
  }

  private async whyRefused(
    db: DataSource | EntityManager,
    owner: Owner,
    request: RunRequest,
  ): Promise<AppError> {
    const { agent, project_id = null } = request;
    const { decided_by, enabled } = await askGate(db, agent, { ...owner, project_id });
    if (!enabled && decided_by) return new AppError('agent_disabled', whyDisabled(agent, decided_by));
    return invalid('project_id', `there is no project ${project_id}`);
  }
}

/** Checks the input against the agent's own schema; what is stored has its defaults filled in. */
function readInput(agent: AgentDefinition, given: unknown): unknown {
  const result = agent.input.safeParse(given ?? {});
  if (result.success) return result.data;
  throw validationFailed(fieldErrors(result.error.issues, ['input']));
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
  };
}

const INSERT = `
  WITH run AS (
    INSERT INTO agent_runs (id, organisation_id, project_id, user_id, agent, trigger, target_type, target_id, input,
      priority, labels, timeout_seconds, parent_run_id, rerun_of, idempotency_key, request_hash, status, event_seq, created_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11::text[], $12, $13, $14, $15, $16, 'queued', 1, clock_timestamp()
     WHERE ($3::uuid IS NULL
            OR EXISTS (SELECT FROM projects WHERE id = $3 AND organisation_id = $2 AND archived_at IS NULL))
       AND NOT ${IS_DISABLED({ agent: '$5', organisation_id: '$2', project_id: '$3', user_id: '$4' })}
    ON CONFLICT (organisation_id, user_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
    RETURNING *
  ), event AS (
    INSERT INTO agent_run_events (run_id, seq, type, at, status, attempt, data, organisation_id, user_id, written_by)
    SELECT id, 1, 'background_run_queued', created_at, 'queued', 0,
           jsonb_build_object('agent', agent, 'trigger', trigger), organisation_id, user_id, 'admission' FROM run
    RETURNING seq, type, at, status, attempt, data
  )
  SELECT run.*, to_jsonb(event) AS event FROM run, event`;
