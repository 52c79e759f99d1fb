import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { RUN_REFUSALS } from '../../platform/http/declare-problems.js';
import { IdParam, ValidBody, ValidQuery } from '../../platform/http/validation.js';
import { startedSchema } from '../runs/run.dto.js';
import * as dto from './schedule.dto.js';
import { ScheduleRunsService } from './schedule-runs.service.js';
import { SchedulesService } from './schedules.service.js';

@ApiTags('schedules')
@Controller('api/schedules')
export class SchedulesController {
  constructor(
    private readonly schedules: SchedulesService,
    private readonly runs: ScheduleRunsService,
  ) {}

  @Get()
  @Answers({
    needs: 'schedules:read',
    summary: 'Schedules: the agent, the project or person, the next tick, and anything that stops it',
    schema: dto.schedulesSchema,
  })
  listSchedules(
    @Caller() caller: Principal,
    @ValidQuery(dto.schedulesQuerySchema) query: dto.SchedulesQuery,
  ) {
    return this.schedules.list(caller, query);
  }

  @Get(':id')
  @Answers({ needs: 'schedules:read', summary: 'One schedule', schema: dto.scheduleDetailSchema })
  getSchedule(@Caller() caller: Principal, @IdParam() id: string) {
    return this.schedules.show(caller, id);
  }

  @Get(':id/ticks')
  @Answers({
    needs: 'schedules:read',
    summary: 'The answer to every tick, the latest first',
    schema: dto.ticksSchema,
  })
  listTicks(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.ticksQuerySchema) query: dto.TicksQuery,
  ) {
    return this.schedules.ticks(caller, id, query);
  }

  @Get(':id/preview')
  @Answers({ needs: 'schedules:read', summary: 'The next ticks of a schedule', schema: dto.previewSchema })
  previewSchedule(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.previewQuerySchema) query: dto.PreviewQuery,
  ) {
    return this.schedules.preview(caller, id, query);
  }

  @Post(':id/trigger')
  @Answers({
    needs: 'schedules:write',
    summary: 'Start a run of the schedule now',
    refuses: [...RUN_REFUSALS, 'run_overlaps'],
    status: 201,
    schema: startedSchema,
  })
  triggerSchedule(@Caller() caller: Principal, @IdParam() id: string) {
    return this.runs.trigger(caller, id);
  }

  @Post(':id/pause')
  @HttpCode(200)
  @Answers({
    needs: 'schedules:write',
    summary: 'Pause a schedule: its ticks are skipped',
    schema: dto.scheduleDetailSchema,
  })
  pauseSchedule(@Caller() caller: Principal, @IdParam() id: string) {
    return this.schedules.pause(caller, id);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @Answers({ needs: 'schedules:write', summary: 'Resume a schedule', schema: dto.scheduleDetailSchema })
  resumeSchedule(@Caller() caller: Principal, @IdParam() id: string) {
    return this.schedules.resume(caller, id);
  }

  @Post(':id/backfill')
  @HttpCode(200)
  @Answers({
    needs: 'schedules:write',
    summary: 'Run past ticks that had no run: first a dry run, then for real with its hash',
    schema: dto.backfillAnswerSchema,
    refuses: [...RUN_REFUSALS, 'preview_changed'],
  })
  backfillSchedule(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.backfillSchema) body: dto.Backfill,
  ) {
    return this.runs.backfill(caller, id, body);
  }
}
