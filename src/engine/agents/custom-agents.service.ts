import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { logChangeBy } from '../../platform/audit-log/change-log.store.js';
import type { Principal } from '../../platform/auth/principal.js';
import { AppError, invalid } from '../../platform/http/app-error.js';
import type { AgentChange, AgentCreate } from './agents.dto.js';
import { bindingsOf, deleteBindingsOf } from './binding.store.js';
import { type CatalogueAgent, deleteAgent, findAgent, insertAgent, updateAgent } from './catalogue.store.js';
import { Models } from './models.js';
import { presentAgent } from './present-agent.js';
import { insertDraft, lockAgent, publishVersion } from './version.store.js';
import { mustBeSchemas } from './version-rules.js';

/** Agents that an organisation makes for itself. */
@Injectable()
export class CustomAgentsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly models: Models,
  ) {}

  async create(caller: Principal, { key, title, purpose = title, definition, publish }: AgentCreate) {
    await this.models.mustKnow(definition.model, 'definition.model');
    await mustBeSchemas(caller.organisation_id, definition);
    const id = uuidv7();
    await this.db.transaction(async (tx) => {
      const { organisation_id, user_id: created_by } = caller;
      if (!(await insertAgent(tx, { id, key, organisation_id, title, purpose, created_by })))
        throw new AppError('already_exists', `There is an agent ${key} already.`);
      await logChangeBy(tx, caller, 'agent', id, null, { key, title, purpose });
      const agent = { id, key, organisation_id, published_version: null };
      const draft = await insertDraft(tx, caller, agent, definition);
      if (publish) await publishVersion(tx, caller, agent, { ...draft, status: 'draft' });
    });
    return this.shown(this.db, caller, key);
  }

  async change(caller: Principal, key: string, change: AgentChange) {
    return this.db.transaction(async (tx) => {
      const { id, title, purpose } = await ownAgent(tx, caller, key);
      const after = { key, title: change.title ?? title, purpose: change.purpose ?? purpose };
      await updateAgent(tx, id, after);
      await logChangeBy(tx, caller, 'agent', id, { key, title, purpose }, after);
      return this.shown(tx, caller, key);
    });
  }

  /** Removes the agent with its versions and bindings; its past runs stay. */
  async remove(caller: Principal, key: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const { id, title, purpose, published_version } = await ownAgent(tx, caller, key);
      await deleteBindingsOf(tx, key, caller.organisation_id);
      await deleteAgent(tx, id);
      await logChangeBy(tx, caller, 'agent', id, { key, title, purpose, published_version }, null);
    });
  }

  private async shown(db: DataSource | EntityManager, caller: Principal, key: string) {
    const agent = await findAgent(db, caller.organisation_id, key);
    return presentAgent(agent, await bindingsOf(db, key, caller.organisation_id), caller);
  }
}

/** Locked until the transaction ends. */
async function ownAgent(tx: EntityManager, caller: Principal, key: string): Promise<CatalogueAgent> {
  const agent = await lockAgent(tx, caller, key);
  if (agent.built_in)
    throw invalid('key', `${key} is built in: its versions and bindings can be changed only`);
  return agent;
}
