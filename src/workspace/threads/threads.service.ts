import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { FollowUp } from '../../engine/runs/follow-up.js';
import { OrganisationService } from '../../platform/auth/organisation.service.js';
import type { Principal } from '../../platform/auth/principal.js';
import type { Thread } from '../../platform/db/entities/thread.entity.js';
import { nextIdOf } from '../../platform/http/page.js';
import type { MessagesQuery, ThreadCreate, ThreadsQuery, Turn } from './thread.dto.js';
import { findThread, insertThread, listMessages, listThreads } from './thread.store.js';
import { addTurn, threadMissing } from './turn.store.js';

/** Conversations with a team's assistants, and with its customers. */
@Injectable()
export class ThreadsService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly organisations: OrganisationService,
    private readonly followUp: FollowUp,
  ) {}

  async list(caller: Principal, project_id: string, { channel, before, limit }: ThreadsQuery) {
    await this.organisations.project(caller, project_id);
    const place = { organisation_id: caller.organisation_id, project_id };
    const threads = await listThreads(this.db, place, { channel, before, limit });
    return { threads, next_before: nextIdOf(threads, limit) };
  }

  async create(caller: Principal, project_id: string, { channel, title }: ThreadCreate): Promise<Thread> {
    const { organisation_id } = await this.organisations.project(caller, project_id);
    const made = { channel, title, created_by: caller.user_id };
    return insertThread(this.db, { organisation_id, project_id, ...made });
  }

  async show({ organisation_id }: Principal, id: string): Promise<Thread> {
    const thread = await findThread(this.db, organisation_id, id);
    return thread ?? threadMissing(id);
  }

  async messages(caller: Principal, id: string, { order, after, limit }: MessagesQuery) {
    await this.show(caller, id);
    const { organisation_id } = caller;
    const messages = await listMessages(this.db, { organisation_id, thread_id: id }, { order, after, limit });
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
