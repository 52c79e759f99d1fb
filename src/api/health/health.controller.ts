import { Controller, Get, Inject, Res, ServiceUnavailableException } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { InjectDataSource } from '@nestjs/typeorm';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { buildId } from '../../engine/agents/builds.js';
import { pollingFleet } from '../../engine/runs/worker.store.js';
import { Open } from '../../platform/auth/principal.js';
import { ENVIRONMENT } from '../../platform/config/config.module.js';
import type { Environment } from '../../platform/config/environment.js';
import { databaseAnswers } from '../../platform/db/until-reachable.js';
import { AnswersAnybody } from '../../platform/http/answers.js';
import { Engine } from '../../platform/temporal/engine.js';
import { livenessSchema, readinessSchema } from './health.dto.js';

/** `live`: this process answers. `ready`: everything a run needs is there, part by part. */
@ApiTags('health')
@Open()
@Controller('api/health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicator: HealthIndicatorService,
    @InjectDataSource() private readonly db: DataSource,
    private readonly engine: Engine,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {}

  @Get('live')
  @AnswersAnybody({ summary: 'Liveness: this process answers', schema: livenessSchema })
  getLiveness() {
    return { status: 'ok' };
  }

  @Get('ready')
  @AnswersAnybody({
    summary: 'Readiness: every part that a run needs, with its state',
    schema: readinessSchema,
  })
  @ApiResponse({
    status: 503,
    description: 'A part that a run needs is missing',
    standardSchema: readinessSchema,
  })
  @HealthCheck({ noCache: true, swaggerDocumentation: false })
  async getReadiness(@Res({ passthrough: true }) reply: FastifyReply) {
    try {
      return await this.check();
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      reply.status(503);
      return error.getResponse();
    }
  }

  private check() {
    return this.health.check([
      () =>
        this.part(
          'postgres',
          async () => ((await databaseAnswers(this.db)) ? {} : null),
          'PostgreSQL does not answer',
        ),
      () =>
        this.part(
          'temporal',
          async () => ((await this.engine.reachable()) && !this.engine.lacking ? {} : null),
          () => this.engine.lacking ?? 'Temporal does not answer; requests are taken and wait',
        ),
      () =>
        this.part(
          'workers',
          async () => {
            const fleet = await pollingFleet(this.db, this.env.TEMPORAL_TASK_QUEUE);
            return fleet.polling > 0 ? { ...fleet, build: buildId() } : null;
          },
          'no worker polls; runs wait',
        ),
    ]);
  }

  private async part(
    name: string,
    look: () => Promise<Record<string, unknown> | null>,
    missing: string | (() => string),
  ) {
    const session = this.indicator.check(name);
    const found = await look().catch(() => null);
    return found ? session.up(found) : session.down(typeof missing === 'string' ? missing : missing());
  }
}
