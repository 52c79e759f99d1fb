import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { Principal } from '../../platform/auth/principal.js';
import type { AgentVersion } from '../../platform/db/entities/agent.entity.js';
import { AppError, invalid } from '../../platform/http/app-error.js';
import { mustBeAt } from '../../platform/http/version.js';
import { type CatalogueAgent, findAgent } from './catalogue.store.js';
import { diff } from './diff.js';
import { Models } from './models.js';
import { maySee } from './present-agent.js';
import type { DraftChange, DraftCreate } from './version.dto.js';
import {
  archiveVersion,
  findVersion,
  insertDraft,
  lockAgent,
  logVersion,
  noVersion,
  publishVersion,
  setDefinition,
  versionsOf,
} from './version.store.js';
import { mustBeSchemas, mustKeepSchemas, mustStillHold } from './version-rules.js';

/** The numbered versions of an agent: a draft is changed, published, archived; what was published stays as it was. */
@Injectable()
export class VersionsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly models: Models,
  ) {}

  async list(caller: Principal, key: string) {
    const agent = await findAgent(this.db, caller.organisation_id, key);
    const versions = (await versionsOf(this.db, agent)).filter((one) => maySee(caller, agent, one));
    return { versions: versions.map((one) => present(one, agent, caller)) };
  }

  async show(caller: Principal, key: string, number: number) {
    const agent = await findAgent(this.db, caller.organisation_id, key);
    return present(await seenVersion(this.db, caller, agent, number), agent, caller);
  }

  async diff(caller: Principal, key: string, number: number, against: number) {
    const agent = await findAgent(this.db, caller.organisation_id, key);
    const [after, before] = await Promise.all([
      seenVersion(this.db, caller, agent, number),
      seenVersion(this.db, caller, agent, against),
    ]);
    return { number, against, changes: diff(before.definition, after.definition) };
  }

  /** A draft that says what the published version says, or the one it starts from, but for the changes. */
  async create(caller: Principal, key: string, { from, definition: change }: DraftCreate) {
    await this.mayChange(caller, key);
    if (change.model) await this.models.mustKnow(change.model, 'definition.model');
    await mustBeSchemas(caller.organisation_id, change);
    return this.db.transaction(async (tx) => {
      const agent = await lockAgent(tx, caller, key);
      mustKeepSchemas(agent, change);
      const base = from === undefined ? agent.definition : await startOf(tx, agent, from);
      if (!base) throw invalid('from', 'is needed while no version is published');
      const { number } = await insertDraft(tx, caller, agent, { ...base, ...change });
      return present(await findVersion(tx, agent, number), agent, caller);
    });
  }

  async change(caller: Principal, key: string, number: number, { version, definition: change }: DraftChange) {
    await this.mayChange(caller, key);
    if (change.model) await this.models.mustKnow(change.model, 'definition.model');
    await mustBeSchemas(caller.organisation_id, change);
    return this.changing(caller, key, number, version, async (tx, agent, draft) => {
      if (draft.status !== 'draft')
        throw notDraft(`Version ${number} is ${draft.status}; make a draft from it.`);
      if (draft.origin === 'code') throw notDraft(`Version ${number} comes from code; make a draft from it.`);
      mustKeepSchemas(agent, change);
      const definition = { ...draft.definition, ...change };
      await setDefinition(tx, draft.id, definition);
      const changes = diff(draft.definition, definition);
      await logVersion(
        tx,
        caller,
        agent,
        draft.id,
        { number, ...Object.fromEntries(changes.map(({ field, before }) => [field, before])) },
        { number, ...Object.fromEntries(changes.map(({ field, after }) => [field, after])) },
      );
    });
  }

  async publish(caller: Principal, key: string, number: number, version: number) {
    const agent = await this.mayChange(caller, key);
    const { definition } = await findVersion(this.db, agent, number);
    await mustStillHold(agent, caller.organisation_id, definition, this.models);
    return this.changing(caller, key, number, version, async (tx, agent, { id, status }) => {
      if (status === 'published') return;
      await publishVersion(tx, caller, agent, { id, number, status });
    });
  }

  /** Archiving the published version leaves none published, so runs are refused. */
  async archive(caller: Principal, key: string, number: number, version: number) {
    await this.mayChange(caller, key);
    return this.changing(caller, key, number, version, async (tx, agent, { id, status }) => {
      if (status === 'archived') return;
      await archiveVersion(tx, id);
      await logVersion(tx, caller, agent, id, { number, status }, { number, status: 'archived' });
    });
  }

  private async mayChange(caller: Principal, key: string): Promise<CatalogueAgent> {
    const agent = await findAgent(this.db, caller.organisation_id, key);
    if (agent.built_in && !caller.server_admin)
      throw new AppError('forbidden', 'Only a server administrator makes versions of a built-in agent.');
    return agent;
  }

  /** Changes a version that is still as the caller saw it. */
  private changing(
    caller: Principal,
    key: string,
    number: number,
    version: number,
    work: (tx: EntityManager, agent: CatalogueAgent, seen: AgentVersion) => Promise<void>,
  ) {
    return this.db.transaction(async (tx) => {
      const agent = await lockAgent(tx, caller, key);
      const seen = await findVersion(tx, agent, number);
      mustBeAt(seen.version, version);
      await work(tx, agent, seen);
      return present(await findVersion(tx, agent, number), agent, caller);
    });
  }
}

async function startOf(tx: EntityManager, agent: CatalogueAgent, from: number) {
  const version = await findVersion(tx, agent, from).catch(() => null);
  if (!version) throw invalid('from', `there is no version ${from}`);
  return version.definition;
}

async function seenVersion(db: DataSource, caller: Principal, agent: CatalogueAgent, number: number) {
  const version = await findVersion(db, agent, number);
  if (!maySee(caller, agent, version)) throw noVersion(agent, number);
  return version;
}

function notDraft(detail: string): AppError {
  return new AppError('version_not_draft', detail);
}

/** Tenants see that the server's administrators made it, not which of them. */
function present<V extends Omit<AgentVersion, 'definition'>>(
  version: V,
  { key, built_in }: CatalogueAgent,
  { server_admin }: Principal,
) {
  const { id: _, agent_id: __, ...rest } = version;
  const unnamed = built_in && !server_admin ? { created_by: null, published_by: null } : {};
  return { agent: key, ...rest, ...unnamed };
}
