import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { OrganisationService } from '../../platform/auth/organisation.service.js';
import type { Principal } from '../../platform/auth/principal.js';
import { AppError, invalid } from '../../platform/http/app-error.js';
import { nextIdOf, nextPage } from '../../platform/http/page.js';
import { mustBeAt } from '../../platform/http/version.js';
import type { HistoryQuery, MemoriesQuery, MemoryChange, MemoryCreate } from './memory.dto.js';
import { addMemory, type MemoryText, writeMemory } from './memory.store.js';
import {
  findMemoryRevision,
  findShownMemory,
  listMemories,
  listMemoryRevisions,
  type ShownMemory,
} from './shown-memory.store.js';

/** The memories of a project, and of one person in it: the latter are visible to nobody else, whatever the role. */
@Injectable()
export class MemoriesService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly organisations: OrganisationService,
  ) {}

  async list(caller: Principal, project_id: string, { mine, q, before, limit }: MemoriesQuery) {
    await this.organisations.project(caller, project_id);
    const memories = await listMemories(this.db, caller, project_id, { mine, q, before, limit });
    return { memories, next_before: nextIdOf(memories, limit) };
  }

  async add(caller: Principal, project_id: string, { body, mine }: MemoryCreate): Promise<ShownMemory> {
    const { organisation_id, user_id } = caller;
    if (mine && caller.service) throw new AppError('forbidden', 'A service key has no memories of its own.');
    await this.organisations.project(caller, project_id);
    const text = { body, sources: [], user_id: mine ? user_id : null };
    return this.db.transaction(async (tx) => {
      const { id } = await addMemory(tx, { organisation_id, project_id }, text, by(caller));
      return find(tx, caller, id);
    });
  }

  show(caller: Principal, id: string): Promise<ShownMemory> {
    return find(this.db, caller, id);
  }

  change(caller: Principal, id: string, { body, version }: MemoryChange): Promise<ShownMemory> {
    return this.write(caller, id, (memory) => {
      mustStandAt(memory, version);
      return { body, sources: memory.sources, removed: false };
    });
  }

  async remove(caller: Principal, id: string, version: number): Promise<void> {
    await this.write(caller, id, (memory) => {
      mustStandAt(memory, version);
      return { body: memory.body, sources: memory.sources, removed: true };
    });
  }

  async history(caller: Principal, id: string, { before, limit }: HistoryQuery) {
    await find(this.db, caller, id);
    const revisions = await listMemoryRevisions(this.db, id, { before, limit });
    return {
      revisions,
      next_before: nextPage(revisions, limit, ({ version }) => version),
    };
  }

  /** Restores a removed memory or an earlier text; the revisions in between stay. */
  restore(caller: Principal, id: string, version: number): Promise<ShownMemory> {
    return this.write(caller, id, async (_, tx) => {
      const earlier = await findMemoryRevision(tx, id, version);
      if (!earlier) throw invalid('version', 'must be one of its revisions');
      return { body: earlier.body, sources: earlier.sources, removed: false };
    });
  }

  private write(
    caller: Principal,
    id: string,
    next: (memory: ShownMemory, tx: EntityManager) => Written | Promise<Written>,
  ): Promise<ShownMemory> {
    return this.db.transaction(async (tx) => {
      const memory = await find(tx, caller, id, 'FOR UPDATE');
      const { organisation_id } = caller;
      const { project_id, user_id } = memory;
      const where = { id, organisation_id, project_id, user_id };
      await writeMemory(tx, where, await next(memory, tx), by(caller));
      return find(tx, caller, id);
    });
  }
}

type Written = MemoryText & { removed: boolean };

async function find(
  db: DataSource | EntityManager,
  caller: Principal,
  id: string,
  lock: 'FOR UPDATE' | '' = '',
): Promise<ShownMemory> {
  const memory = await findShownMemory(db, caller, id, lock);
  if (!memory) throw new AppError('not_found', `There is no memory ${id}.`);
  return memory;
}

function mustStandAt(memory: ShownMemory, version: number): void {
  mustBeAt(memory.version, version);
  if (memory.removed_at)
    throw new AppError('not_found', 'The memory was removed; restore one of its revisions first.');
}

function by({ user_id }: Principal) {
  return { user_id, proposal_id: null };
}
