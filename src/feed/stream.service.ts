import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { KeyRepository } from '../auth/key.repository.js';
import type { Principal } from '../auth/principal.js';
import { EventReader, type StreamEvent } from './event.reader.js';
import { EventHub } from './event-hub.js';
import { EventStream } from './event-stream.js';
import { readPosition } from './position.js';

export const streamQuerySchema = z.strictObject({
  scope: z.enum(['mine', 'organisation']).default('mine'),
  agent: z.string().max(100).optional(),
  run_id: z.uuid().optional(),
  last_event_id: z.string().max(20_000).optional().describe('For clients that cannot send the header'),
});
export type StreamQuery = z.output<typeof streamQuerySchema>;

@Injectable()
export class StreamService {
  private readonly reader: EventReader;

  constructor(
    @InjectDataSource() db: DataSource,
    private readonly hub: EventHub,
    private readonly keys: KeyRepository,
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
    reply.hijack();
    const stream = new EventStream(this.hub, this.reader, filterOf(caller, query), reply.raw);
    await stream.run(from, () => this.keys.stands(caller));
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
