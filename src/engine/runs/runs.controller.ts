import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { RUN_REFUSALS } from '../../platform/http/declare-problems.js';
import { IdempotencyKey } from '../../platform/http/idempotency-key.js';
import { IdParam, ValidBody, ValidQuery } from '../../platform/http/validation.js';
import {
  attemptsSchema,
  eventsSchema,
  type PageQuery,
  pageQuerySchema,
  runSchema,
  type StartRun,
  startedSchema,
  startRunSchema,
} from './run.dto.js';
import { RunsService } from './runs.service.js';

const TakesIdempotencyKey = () =>
  ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key and body answer with the same run',
  });

@ApiTags('agent runs')
@Controller('api/agent-runs')
export class RunsController {
  constructor(private readonly runs: RunsService) {}

  @Post()
  @TakesIdempotencyKey()
  @Answers({
    needs: 'runs:write',
    summary: 'Start a run',
    refuses: [...RUN_REFUSALS, 'idempotency_conflict'],
    status: 201,
    schema: startedSchema,
  })
  startRun(
    @Caller() caller: Principal,
    @ValidBody(startRunSchema) body: StartRun,
    @IdempotencyKey() key?: string,
  ) {
    return this.runs.start(caller, body, key);
  }

  @Get(':id')
  @Answers({ needs: 'runs:read', summary: 'One run', schema: runSchema })
  getRun(@Caller() caller: Principal, @IdParam() id: string) {
    return this.runs.show(caller, id);
  }

  @Get(':id/events')
  @Answers({
    needs: 'runs:read',
    summary: 'Events of a run, in order',
    schema: eventsSchema,
  })
  listRunEvents(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(pageQuerySchema) page: PageQuery,
  ) {
    return this.runs.events(caller, id, page);
  }

  @Get(':id/attempts')
  @Answers({
    needs: 'runs:read',
    summary: 'Attempts of a run',
    schema: attemptsSchema,
  })
  listRunAttempts(@Caller() caller: Principal, @IdParam() id: string) {
    return this.runs.attempts(caller, id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Answers({
    needs: 'runs:write',
    summary: 'Cancel a run',
    refuses: ['run_already_ended'],
    schema: runSchema,
  })
  cancelRun(@Caller() caller: Principal, @IdParam() id: string) {
    return this.runs.cancel(caller, id);
  }

  @Post(':id/rerun')
  @TakesIdempotencyKey()
  @Answers({
    needs: 'runs:write',
    summary: 'Start the same run again',
    refuses: [...RUN_REFUSALS, 'idempotency_conflict'],
    status: 201,
    schema: startedSchema,
  })
  rerun(@Caller() caller: Principal, @IdParam() id: string, @IdempotencyKey() key?: string) {
    return this.runs.rerun(caller, id, key);
  }
}
