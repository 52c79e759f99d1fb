import { Controller, Get, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, Personal, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { IdParam, ValidBody, ValidQuery } from '../../platform/http/validation.js';
import * as dto from './daily.dto.js';
import { DailyService } from './daily.service.js';

@ApiTags('today')
@Personal()
@Controller('api/projects/:id')
export class DailyController {
  constructor(private readonly daily: DailyService) {}

  @Get('today')
  @Answers({
    needs: 'workspace:read',
    summary: "Your session of the project's day; the first request makes it",
    schema: dto.sessionSchema,
  })
  getToday(@Caller() caller: Principal, @IdParam() id: string) {
    return this.daily.today(caller, id);
  }

  @Put('today/plan')
  @Answers({ needs: 'workspace:write', summary: 'Write your plan for today', schema: dto.sessionSchema })
  changePlan(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.planSchema) { plan }: dto.Plan,
  ) {
    return this.daily.plan(caller, id, plan);
  }

  @Get('daily-sessions')
  @Answers({
    needs: 'workspace:read',
    summary: 'Your daily sessions, the latest day first',
    schema: dto.sessionsSchema,
  })
  listDailySessions(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.sessionsQuerySchema) query: dto.SessionsQuery,
  ) {
    return this.daily.sessions(caller, id, query);
  }

  @Get('checkins')
  @Answers({
    needs: 'workspace:read',
    summary: 'Your check-ins, the latest first',
    schema: dto.checkinsSchema,
  })
  listCheckins(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.checkinsQuerySchema) query: dto.CheckinsQuery,
  ) {
    return this.daily.checkins(caller, id, query);
  }

  @Post('checkins')
  @Answers({
    needs: 'workspace:write',
    summary: 'Save a check-in; an agent answers, unless it is disabled',
    status: 201,
    schema: dto.checkinSavedSchema,
  })
  createCheckin(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.checkinCreateSchema) { body }: dto.CheckinCreate,
  ) {
    return this.daily.checkIn(caller, id, body);
  }
}
