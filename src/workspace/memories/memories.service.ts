import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { OrganisationService } from '../../platform/auth/organisation.service.js';
import type { Principal } from '../../platform/auth/principal.js';
import { VISIBLE_TO } from '../../platform/auth/visible.sql.js';
import type { MemoryRevision, MemoryRow } from '../../platform/db/entities/memory.entity.js';
import { AppError, invalid } from '../../platform/http/app-error.js';
import { nextIdOf, nextPage } from '../../platform/http/page.js';
import { mustBeAt } from '../../platform/http/version.js';
import { MODELS_OF_MEMORY } from '../proposals/models-of.js';
import type { HistoryQuery, MemoriesQuery, MemoryChange, MemoryCreate } from './memory.dto.js';
import { addMemory, type MemoryText, writeMemory } from './memory.store.js';

type Shown = Omit<MemoryRow, 'organisation_id'> & { models: string[] };

const COLUMNS = `id, project_id, user_id, body, sources, version, created_at, updated_at, removed_at,
  ${MODELS_OF_MEMORY('memories.id', 'memories.body')} AS models`;

const LIST_MEMORIES = `
  SELECT ${COLUMNS} FROM memories
   WHERE organisation_id = $1 AND project_id = $3 AND removed_at IS NULL AND ${VISIBLE_TO('user_id', '$2')}
     AND ($4::boolean IS NULL OR (user_id IS NOT NULL) = $4) AND ($5::text IS NULL OR body ILIKE $5)
     AND ($6::uuid IS NULL OR id < $6)
   ORDER BY id DESC LIMIT $7`;

const HISTORY = `
  SELECT version, body, sources, removed, changed_by, proposal_id, at, ${MODELS_OF_MEMORY('v.memory_id', 'v.body')} AS models
      FROM memory_revisions v
   WHERE memory_id = $1 AND ($2::int IS NULL OR version < $2) ORDER BY version DESC LIMIT $3`;

/** The memories of a project, and of one person in it: the latter are visible to nobody else, whatever the role. */
@Injectable()
export class MemoriesService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly organisations: OrganisationService,
  ) {}

  async list(caller: Principal, project_id: string, { mine, q, before, limit }: MemoriesQuery) {
    await this.organisations.project(caller, project_id);
    const memories: Shown[] = await this.db.query(LIST_MEMORIES, [
      caller.organisation_id,
      caller.user_id,
      project_id,
      mine ?? null,
      q === undefined ? null : `%${q.replace(/[\\%_]/g, '\\$&')}%`,
      before ?? null,
      limit,
    ]);
    return { memories, next_before: nextIdOf(memories, limit) };
  }

  async add(caller: Principal, project_id: string, { body, mine }: MemoryCreate): Promise<Shown> {
    const { organisation_id, user_id } = caller;
    if (mine && caller.service) throw new AppError('forbidden', 'A service key has no memories of its own.');
    await this.organisations.project(caller, project_id);
    const text = { body, sources: [], user_id: mine ? user_id : null };
    return this.db.transaction(async (tx) => {
      const { id } = await addMemory(tx, { organisation_id, project_id }, text, by(caller));
      return find(tx, caller, id);
    });
  }

  show(caller: Principal, id: string): Promise<Shown> {
    return find(this.db, caller, id);
  }

  change(caller: Principal, id: string, { body, version }: MemoryChange): Promise<Shown> {
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
    const revisions: (Omit<MemoryRevision, 'memory_id'> & { models: string[] })[] = await this.db.query(
      HISTORY,
      [id, before ?? null, limit],
    );
    return {
      revisions,
      next_before: nextPage(revisions, limit, ({ version }) => version),
    };
  }

  /** Restores a removed memory or an earlier text; the revisions in between stay. */
  restore(caller: Principal, id: string, version: number): Promise<Shown> {
    return this.write(caller, id, async (_, tx) => {
      const [earlier]: MemoryText[] = await tx.query(
        `SELECT body, sources FROM memory_revisions WHERE memory_id = $1 AND version = $2`,
        [id, version],
      );
      if (!earlier) throw invalid('version', 'must be one of its revisions');
      return { ...earlier, removed: false };
    });
  }

  private write(
    caller: Principal,
    id: string,
    next: (memory: Shown, tx: EntityManager) => Written | Promise<Written>,
  ): Promise<Shown> {
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
  { organisation_id, user_id }: Principal,
  id: string,
  lock: 'FOR UPDATE' | '' = '',
): Promise<Shown> {
  const [memory]: Shown[] = await db.query(
    `SELECT ${COLUMNS} FROM memories
      WHERE id = $1 AND organisation_id = $2 AND ${VISIBLE_TO('user_id', '$3')} ${lock}`,
    [id, organisation_id, user_id],
  );
  if (!memory) throw new AppError('not_found', `There is no memory ${id}.`);
  return memory;
}

function mustStandAt(memory: Shown, version: number): void {
  mustBeAt(memory.version, version);
  if (memory.removed_at)
    throw new AppError('not_found', 'It was removed; restore one of its revisions first.');
}

function by({ user_id }: Principal) {
  return { user_id, proposal_id: null };
}
