import { Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { RelationKind } from '../../../workflows/contract/ticket.js';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { IdParam, ValidBody, ValidQuery } from '../../platform/http/validation.js';
import { KindParam } from './kind-param.js';
import * as dto from './ticket.dto.js';
import { TicketActivityService } from './ticket-activity.service.js';

@ApiTags('tickets')
@Controller('api/tickets/:id')
export class TicketActivityController {
  constructor(private readonly activity: TicketActivityService) {}

  @Get('comments')
  @Answers({
    needs: 'workspace:read',
    summary: 'Comments on a ticket, the newest first',
    schema: dto.commentsSchema,
  })
  listComments(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.commentsQuerySchema) query: dto.CommentsQuery,
  ) {
    return this.activity.comments(caller, id, query);
  }

  @Post('comments')
  @Answers({
    needs: 'workspace:write',
    summary: 'Comment on a ticket',
    status: 201,
    schema: dto.commentSchema,
  })
  createComment(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.commentCreateSchema) body: dto.CommentCreate,
  ) {
    return this.activity.comment(caller, id, body);
  }

  @Post('relations')
  @HttpCode(200)
  @Answers({
    needs: 'workspace:write',
    summary: 'Relate a ticket to another of its project; repeating it changes nothing',
    schema: dto.ticketDetailSchema,
  })
  relateTicket(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.relationCreateSchema) body: dto.RelationCreate,
  ) {
    return this.activity.relate(caller, id, body);
  }

  @Delete('relations/:kind/:other_id')
  @HttpCode(204)
  @Answers({ needs: 'workspace:write', summary: 'Delete a relation', status: 204 })
  unrelateTicket(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @KindParam() kind: RelationKind,
    @IdParam('other_id') other_id: string,
  ) {
    return this.activity.unrelate(caller, id, kind, other_id);
  }
}
