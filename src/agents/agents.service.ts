import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { agents } from '../../workflows/agents/index.js';
import type { AgentDefinition } from '../../workflows/contract/agent.js';
import type { Principal } from '../auth/principal.js';
import { AppError, invalid } from '../http/app-error.js';
import type { BindingChange, ChangesQuery, EffectiveQuery } from './agents.dto.js';
import { findAgent } from './catalogue.js';
import { logChange } from './change-log.js';
import { type Binding, effective, type Place, type Scope } from './effective.js';
import { bindingsOf, type NamedBinding } from './gate.js';

/** What may run, and where: the catalogue, and the bindings that switch it on and off. */
@Injectable()
export class AgentsService {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  async list({ organisation_id, user_id }: Principal) {
    const bindings = await bindingsOf(this.db, null, organisation_id);
    const place = { organisation_id, project_id: null, user_id };
    return { agents: agents.map((agent) => present(agent, bindings, place)) };
  }

  async show({ organisation_id, user_id }: Principal, key: string) {
    const agent = findAgent(key);
    const bindings = await bindingsOf(this.db, key, organisation_id);
    return present(agent, bindings, { organisation_id, project_id: null, user_id });
  }

  async effective(caller: Principal, key: string, { project_id, user_id = caller.user_id }: EffectiveQuery) {
    findAgent(key);
    const { organisation_id } = caller;
    await this.mustExist(this.db, caller, { project_id: project_id ?? null, user_id });
    const bindings = await bindingsOf(this.db, key, organisation_id);
    const { enabled, decided_by } = effective(bindings, {
      organisation_id,
      project_id: project_id ?? null,
      user_id,
    });
    return { agent: key, enabled, decided_by: decided_by && shown(decided_by, caller) };
  }

  async bindings(caller: Principal, key: string) {
    findAgent(key);
    const bindings = await bindingsOf(this.db, key, caller.organisation_id);
    return { bindings: bindings.map((binding) => shown(binding, caller)) };
  }

  /** Makes or changes the one binding of a place; the version seen must be the version there. */
  async bind(caller: Principal, key: string, scope: Scope, change: BindingChange): Promise<NamedBinding> {
    findAgent(key);
    const place = placeOf(caller, scope, change);
    return this.db.transaction(async (tx) => {
      await this.mustExist(tx, caller, place);
      await tx.query(`SELECT pg_advisory_xact_lock(hashtext('nightshift/bindings/' || $1))`, [key]);
      const all = await bindingsOf(tx, key, caller.organisation_id);
      const before = all.find((binding) => binding.scope === scope && samePlace(binding, place)) ?? null;
      if (before?.version !== change.version) throw changedMeanwhile(before);
      const id = before?.id ?? uuidv7();
      await tx.query(
        `INSERT INTO bindings (id, agent, scope, organisation_id, project_id, user_id, enabled, changed_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (id) DO UPDATE SET enabled = excluded.enabled, version = bindings.version + 1,
           changed_by = excluded.changed_by, changed_at = now()`,
        [
          id,
          key,
          scope,
          place.organisation_id,
          place.project_id,
          place.user_id,
          change.enabled,
          caller.user_id,
        ],
      );
      const after = (await bindingsOf(tx, key, caller.organisation_id)).find((binding) => binding.id === id);
      if (!after) throw new Error('the binding was written and is not there');
      await this.log(tx, caller, before, after);
      return after;
    });
  }

  async unbind(caller: Principal, key: string, id: string, version: number): Promise<void> {
    await this.db.transaction(async (tx) => {
      await tx.query(`SELECT pg_advisory_xact_lock(hashtext('nightshift/bindings/' || $1))`, [key]);
      const before = (await bindingsOf(tx, key, caller.organisation_id)).find((binding) => binding.id === id);
      if (!before) throw new AppError('not_found', `There is no binding ${id}.`);
      mayDecide(caller, before.scope);
      if (before.version !== version) throw changedMeanwhile(before);
      await tx.query(`DELETE FROM bindings WHERE id = $1`, [id]);
      await this.log(tx, caller, before, null);
    });
  }

  async changes({ organisation_id, server_admin }: Principal, { before, subject, limit }: ChangesQuery) {
    const changes: { id: string }[] = await this.db.query(
      `SELECT id, organisation_id, changed_by, subject, subject_id, before, after, at FROM change_log
        WHERE (organisation_id = $1 OR ($2 AND organisation_id IS NULL))
          AND ($3::uuid IS NULL OR id < $3) AND ($4::text IS NULL OR subject = $4)
        ORDER BY id DESC LIMIT $5`,
      [organisation_id, server_admin, before ?? null, subject ?? null, limit],
    );
    return { changes, next_before: changes.length === limit ? (changes.at(-1)?.id ?? null) : null };
  }

  private log(tx: EntityManager, caller: Principal, before: NamedBinding | null, after: NamedBinding | null) {
    const { id, organisation_id } = (after ?? before) as NamedBinding;
    return logChange(tx, {
      organisation_id,
      changed_by: caller.user_id,
      subject: 'binding',
      subject_id: id,
      before,
      after,
    });
  }

  private async mustExist(
    db: DataSource | EntityManager,
    { organisation_id }: Principal,
    { project_id, user_id }: Pick<Place, 'project_id' | 'user_id'>,
  ): Promise<void> {
    const [found]: { project: boolean; user: boolean }[] = await db.query(
      `SELECT $2::uuid IS NULL OR EXISTS (SELECT FROM projects WHERE organisation_id = $1 AND id = $2) AS project,
              $3::uuid IS NULL OR EXISTS (SELECT FROM memberships WHERE organisation_id = $1 AND user_id = $3) AS user`,
      [organisation_id, project_id, user_id],
    );
    if (!found?.project) throw invalid('project_id', `there is no project ${project_id}`);
    if (!found.user) throw invalid('user_id', 'must be a member of the organisation');
  }
}

function present(agent: AgentDefinition, bindings: NamedBinding[], place: Place) {
  const { key, title, purpose, policy, input, example } = agent;
  const own = bindings.filter((binding) => binding.agent === key);
  return {
    key,
    title,
    purpose,
    timeout_seconds: policy.timeout_seconds,
    priority: policy.priority,
    max_attempts: policy.retry.max_attempts,
    input_schema: z.toJSONSchema(input, { io: 'input' }),
    example,
    enabled: effective(own, place).enabled,
  };
}

/** Tenants see that the server decided, not who did. */
function shown(binding: NamedBinding, { server_admin }: Principal): NamedBinding {
  return binding.scope === 'server' && !server_admin
    ? { ...binding, changed_by: null, changed_by_email: null }
    : binding;
}

type BoundPlace = Pick<Binding, 'organisation_id' | 'project_id' | 'user_id'>;

function placeOf(caller: Principal, scope: Scope, { project_id, user_id }: BindingChange): BoundPlace {
  mayDecide(caller, scope);
  if (project_id && scope !== 'project') throw invalid('project_id', 'goes with the scope project only');
  if (user_id && scope !== 'user') throw invalid('user_id', 'goes with the scope user only');
  if (scope === 'project' && !project_id) throw invalid('project_id', 'is needed for the scope project');
  return {
    organisation_id: scope === 'server' ? null : caller.organisation_id,
    project_id: project_id ?? null,
    user_id: scope === 'user' ? (user_id ?? caller.user_id) : null,
  };
}

function samePlace(binding: NamedBinding, place: BoundPlace): boolean {
  const { organisation_id, project_id, user_id } = place;
  return (
    binding.organisation_id === organisation_id &&
    binding.project_id === project_id &&
    binding.user_id === user_id
  );
}

function mayDecide({ server_admin }: Principal, scope: Scope): void {
  if (scope === 'server' && !server_admin)
    throw new AppError('forbidden', 'Only a server administrator decides for the server.');
}

function changedMeanwhile(now: NamedBinding | null): AppError {
  return new AppError(
    'version_conflict',
    now
      ? `It is at version ${now.version} now; send that as \`version\`.`
      : 'There is no such binding yet; leave `version` out.',
  );
}
