import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { KeyRepository } from '../../platform/auth/key.repository.js';
import type { Principal } from '../../platform/auth/principal.js';
import { ENVIRONMENT } from '../../platform/config/config.module.js';
import type { Environment } from '../../platform/config/environment.js';
import { AppError } from '../../platform/http/app-error.js';
import { EventReader, type StreamEvent } from './event.store.js';
import { EventHub } from './event-hub.js';
import { EventStream } from './event-stream.js';
import { runScope } from './feed.dto.js';
import { Outlet } from './outlet.js';
import { readPosition } from './position.js';

export const streamQuerySchema = z.strictObject({
  scope: runScope.default('mine'),
  agent: z.string().max(100).optional(),
  run_id: z.uuid().optional(),
  last_event_id: z.string().max(20_000).optional().describe('For clients that cannot send the header'),
});
export type StreamQuery = z.output<typeof streamQuerySchema>;

@Injectable()
export class StreamService {
  private readonly reader: EventReader;
  /** Streams that are open in this process, by key. */
  private readonly open = new Map<string, number>();

  constructor(
    @InjectDataSource() db: DataSource,
    private readonly hub: EventHub,
    private readonly keys: KeyRepository,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {
    this.reader = new EventReader(db);
  }

  async stream(
    caller: Principal,
    query: StreamQuery,
    header: string | undefined,
    reply: FastifyReply,
  ): Promise<void> {
    const last = header || query.last_event_id;
    const from = last ? readPosition(last) : null;
    if (reply.request.method === 'HEAD')
      return void reply.header('content-type', 'text/event-stream; charset=utf-8').send();
    const leave = this.enter(caller.key_id);
    try {
      reply.hijack();
      const filter = filterOf(caller, query);
      const stream = new EventStream(this.hub, this.reader, filter, new Outlet(reply.raw));
      await stream.run(from, () => this.keys.stands(caller));
    } finally {
      leave();
    }
  }

  private enter(key_id: string): () => void {
    const { API_STREAMS_PER_KEY: most } = this.env;
    const already = this.open.get(key_id) ?? 0;
    if (already >= most)
      throw new AppError('too_many_streams', `This key has ${most} streams open here; close one first.`);
    this.open.set(key_id, already + 1);
    return () => {
      const left = (this.open.get(key_id) ?? 1) - 1;
      if (left > 0) this.open.set(key_id, left);
      else this.open.delete(key_id);
    };
  }
}

function filterOf({ organisation_id, user_id }: Principal, { scope, agent, run_id }: StreamQuery) {
  return {
    organisation_id,
    wants: (event: StreamEvent) =>
      (scope === 'organisation' || event.user_id === user_id) &&
      (agent === undefined || event.agent === agent) &&
      (run_id === undefined || event.run_id === run_id),
  };
}
