import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { FollowUp } from '../../engine/runs/follow-up.js';
import { OrganisationService } from '../../platform/auth/organisation.service.js';
import type { Principal } from '../../platform/auth/principal.js';
import type { Thread } from '../../platform/db/entities/thread.entity.js';
import { nextIdOf } from '../../platform/http/page.js';
import type { MessagesQuery, ThreadCreate, ThreadsQuery, Turn } from './thread.dto.js';
import { addTurn, MESSAGE_COLUMNS, type SavedMessage, threadMissing } from './turn.store.js';

const LIST_THREADS = `
  SELECT * FROM threads
   WHERE organisation_id = $1 AND project_id = $2 AND ($3::text IS NULL OR channel = $3)
     AND ($4::uuid IS NULL OR id < $4)
   ORDER BY id DESC LIMIT $5`;

const INSERT_THREAD = `
  INSERT INTO threads (id, organisation_id, project_id, channel, title, created_by)
  VALUES ($1, $2, $3, $4, $5, $6) RETURNING *`;

/** Conversations with a team’s assistants, and with its customers. */
@Injectable()
export class ThreadsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly organisations: OrganisationService,
    private readonly followUp: FollowUp,
  ) {}

  async list(caller: Principal, project_id: string, { channel, before, limit }: ThreadsQuery) {
    await this.organisations.project(caller, project_id);
    const threads: Thread[] = await this.db.query(LIST_THREADS, [
      caller.organisation_id,
      project_id,
      channel ?? null,
      before ?? null,
      limit,
    ]);
    return { threads, next_before: nextIdOf(threads, limit) };
  }

  async create(caller: Principal, project_id: string, { channel, title }: ThreadCreate): Promise<Thread> {
    const { organisation_id } = await this.organisations.project(caller, project_id);
    const [thread] = await this.db.query(INSERT_THREAD, [
      uuidv7(),
      organisation_id,
      project_id,
      channel,
      title,
      caller.user_id,
    ]);
    return thread;
  }

  async show({ organisation_id }: Principal, id: string): Promise<Thread> {
    const [thread]: Thread[] = await this.db.query(
      `SELECT * FROM threads WHERE id = $1 AND organisation_id = $2`,
      [id, organisation_id],
    );
    return thread ?? threadMissing(id);
  }

  async messages(caller: Principal, id: string, { order, after, limit }: MessagesQuery) {
    await this.show(caller, id);
    const [beyond, direction] = order === 'oldest' ? ['>', 'ASC'] : ['<', 'DESC'];
    const messages: SavedMessage[] = await this.db.query(
      `SELECT ${MESSAGE_COLUMNS} FROM messages
        WHERE thread_id = $1 AND organisation_id = $2 AND ($3::uuid IS NULL OR id ${beyond} $3)
        ORDER BY id ${direction} LIMIT $4`,
      [id, caller.organisation_id, after ?? null, limit],
    );
    return { messages, next_after: nextIdOf(messages, limit) };
  }

  /** The turn is saved whether or not its agent may run. */
  async addTurn(caller: Principal, id: string, { messages }: Turn) {
    const thread = await this.show(caller, id);
    const { saved, requested } = await this.db.transaction(async (tx) => {
      const saved = await addTurn(tx, thread, id, messages, { user_id: caller.user_id });
      const { raw_event_id } = saved;
      const review = {
        agent: 'chat_memory_reviewer',
        project_id: thread.project_id,
        input: { raw_event_id },
        target: { type: 'raw_event', id: raw_event_id },
      };
      return { saved, requested: await this.followUp.ask(tx, caller, [review]) };
    });
    return { ...saved, ...(await this.followUp.started(requested)) };
  }
}
