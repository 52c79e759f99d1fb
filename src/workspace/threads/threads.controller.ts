import { Controller, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { LargeBody } from '../../platform/http/large-body.js';
import { IdParam, ValidBody, ValidQuery } from '../../platform/http/validation.js';
import * as dto from './thread.dto.js';
import { ThreadsService } from './threads.service.js';

@ApiTags('threads')
@Controller('api')
export class ThreadsController {
  constructor(private readonly threads: ThreadsService) {}

  @Get('projects/:id/threads')
  @Answers({
    needs: 'workspace:read',
    summary: 'Conversations of a project, the newest first',
    schema: dto.threadsSchema,
  })
  listThreads(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.threadsQuerySchema) query: dto.ThreadsQuery,
  ) {
    return this.threads.list(caller, id, query);
  }

  @Post('projects/:id/threads')
  @Answers({
    needs: 'workspace:write',
    summary: 'Begin a conversation',
    status: 201,
    schema: dto.threadSchema,
  })
  createThread(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.threadCreateSchema) body: dto.ThreadCreate,
  ) {
    return this.threads.create(caller, id, body);
  }

  @Get('threads/:id')
  @Answers({ needs: 'workspace:read', summary: 'One conversation', schema: dto.threadSchema })
  getThread(@Caller() caller: Principal, @IdParam() id: string) {
    return this.threads.show(caller, id);
  }

  @Get('threads/:id/messages')
  @Answers({ needs: 'workspace:read', summary: 'Messages of a conversation', schema: dto.messagesSchema })
  listMessages(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.messagesQuerySchema) query: dto.MessagesQuery,
  ) {
    return this.threads.messages(caller, id, query);
  }

  @Post('threads/:id/turns')
  @LargeBody()
  @Answers({
    needs: 'workspace:write',
    summary: 'Save a completed turn: all of its messages, or none',
    status: 201,
    schema: dto.turnSavedSchema,
  })
  addTurn(@Caller() caller: Principal, @IdParam() id: string, @ValidBody(dto.turnSchema) body: dto.Turn) {
    return this.threads.addTurn(caller, id, body);
  }
}
