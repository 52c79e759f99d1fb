import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { logChange } from '../../platform/audit-log/change-log.store.js';
import type { Principal } from '../../platform/auth/principal.js';
import type { Scope } from '../../platform/db/entities/binding.entity.js';
import { AppError, invalid } from '../../platform/http/app-error.js';
import { versionConflict } from '../../platform/http/version.js';
import { lockPart } from '../../platform/locks/advisory-lock.store.js';
import type { BindingChange } from './agents.dto.js';
import { bindingsOf, deleteBinding, keepBinding, type NamedBinding } from './binding.store.js';
import { bindingPlaceOf, mayDecide, placeMustExist, samePlace } from './binding-scope.js';
import { agentUnknown, findAgent, lockAgentRow } from './catalogue.store.js';
import { Models } from './models.js';
import { shown } from './present-agent.js';

/** The decisions of the server, an organisation, a project or a person about an agent. */
@Injectable()
export class BindingsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly models: Models,
  ) {}

  async list(caller: Principal, key: string) {
    await findAgent(this.db, caller.organisation_id, key);
    const bindings = await bindingsOf(this.db, key, caller.organisation_id);
    return { bindings: bindings.map((binding) => shown(binding, caller)) };
  }

  /** Makes or changes the one binding of a place; the version seen must be the version there. */
  async bind(caller: Principal, key: string, scope: Scope, change: BindingChange): Promise<NamedBinding> {
    const agent = await findAgent(this.db, caller.organisation_id, key);
    const binding_scope = bindingPlaceOf(caller, scope, change);
    if (scope === 'server' && !agent.built_in)
      throw invalid('scope', 'must not be server: only a built-in agent has bindings there');
    if (change.settings?.model) await this.models.mustKnow(change.settings.model, 'settings.model');
    return this.db.transaction(async (tx) => {
      await placeMustExist(tx, caller, binding_scope);
      // An agent that goes takes its bindings with it; none may come after.
      if (!(await lockAgentRow(tx, agent.id, 'for_key_share'))) throw agentUnknown(key);
      await lockPart(tx, 'bindings', key);
      const all = await bindingsOf(tx, key, caller.organisation_id);
      const before =
        all.find((binding) => binding.scope === scope && samePlace(binding, binding_scope)) ?? null;
      if (before?.version !== change.version) throw changedMeanwhile(before);
      const id = before?.id ?? uuidv7();
      await keepBinding(tx, {
        id,
        agent: key,
        scope,
        ...binding_scope,
        ...changed(before, change),
        changed_by: caller.user_id,
      });
      const after = (await bindingsOf(tx, key, caller.organisation_id)).find((binding) => binding.id === id);
      if (!after) throw new Error('the binding was written and is not there');
      await log(tx, caller, before, after);
      return after;
    });
  }

  async unbind(caller: Principal, key: string, id: string, version: number): Promise<void> {
    await this.db.transaction(async (tx) => {
      await lockPart(tx, 'bindings', key);
      const before = (await bindingsOf(tx, key, caller.organisation_id)).find((binding) => binding.id === id);
      if (!before) throw new AppError('not_found', `There is no binding ${id}.`);
      mayDecide(caller, before.scope);
      if (before.version !== version) throw changedMeanwhile(before);
      await deleteBinding(tx, id);
      await log(tx, caller, before, null);
    });
  }
}

type Said = Pick<NamedBinding, 'enabled' | 'schedule' | 'settings'>;

/** Fields that a change leaves out stay as they are. */
function changed(before: NamedBinding | null, { enabled, schedule, settings }: BindingChange): Said {
  return {
    enabled: enabled === undefined ? (before?.enabled ?? null) : enabled,
    schedule: schedule === undefined ? (before?.schedule ?? null) : schedule,
    settings: settings === undefined ? (before?.settings ?? {}) : (settings ?? {}),
  };
}

function log(tx: EntityManager, caller: Principal, before: NamedBinding | null, after: NamedBinding | null) {
  const { id, organisation_id } = (after ?? before) as NamedBinding;
  const { user_id: changed_by } = caller;
  return logChange(tx, { organisation_id, changed_by, subject: 'binding', subject_id: id, before, after });
}

function changedMeanwhile(now: NamedBinding | null): AppError {
  if (now) return versionConflict(now.version);
  return new AppError('version_conflict', 'There is no such binding yet; leave `version` out.');
}
