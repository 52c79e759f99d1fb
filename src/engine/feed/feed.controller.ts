import { Controller, Get, Header, Headers, Res } from '@nestjs/common';
import { ApiHeader, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { IdParam, ValidQuery } from '../../platform/http/validation.js';
import { type FeedQuery, feedQuerySchema, feedSchema } from './feed.dto.js';
import { FeedService } from './feed.service.js';
import { filesSchema, RunFilesService } from './run-files.service.js';
import { type StreamQuery, StreamService, streamQuerySchema } from './stream.service.js';

@ApiTags('agent runs')
@Controller('api/agent-runs')
export class FeedController {
  constructor(
    private readonly feed: FeedService,
    private readonly streams: StreamService,
    private readonly workspaces: RunFilesService,
  ) {}

  @Get()
  @Answers({ needs: 'runs:read', summary: 'The status feed', schema: feedSchema })
  listRuns(@Caller() caller: Principal, @ValidQuery(feedQuerySchema) query: FeedQuery) {
    return this.feed.page(caller, query);
  }

  @Get('stream')
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'Resumes after this event; after `position_expired`, read the list again',
  })
  @Answers({
    needs: 'runs:read',
    summary: 'Events of runs as they happen (server-sent events)',
    refuses: ['too_many_streams'],
    as: 'stream',
  })
  streamRuns(
    @Caller() caller: Principal,
    @ValidQuery(streamQuerySchema) query: StreamQuery,
    @Headers('last-event-id') last: string | undefined,
    @Res() reply: FastifyReply,
  ) {
    return this.streams.stream(caller, query, last, reply);
  }

  @Get(':id/workspace')
  @Answers({ needs: 'runs:read', summary: 'Files of a run', schema: filesSchema })
  listRunFiles(@Caller() caller: Principal, @IdParam() id: string) {
    return this.workspaces.list(caller, id);
  }

  @Get(':id/workspace/*')
  @ApiParam({ name: 'path', description: 'A path as listed; it may contain slashes' })
  @Header('content-security-policy', "sandbox; default-src 'none'")
  @Answers({ needs: 'runs:read', summary: 'One file of a run, as a download', as: 'file' })
  getRunFile(@Caller() caller: Principal, @IdParam() id: string, @Res() reply: FastifyReply) {
    return this.workspaces.download(caller, id, reply);
  }
}
