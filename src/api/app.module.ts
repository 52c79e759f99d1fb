import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LoggerModule } from 'nestjs-pino';
import { agentModules } from '../../agents/modules.js';
import { AgentsModule } from '../engine/agents/agents.module.js';
import { AttestationModule } from '../engine/attestation/attestation.module.js';
import { AuditModule } from '../engine/audit/audit.module.js';
import { FeedModule } from '../engine/feed/feed.module.js';
import { RunsModule } from '../engine/runs/runs.module.js';
import { SchedulesModule } from '../engine/schedules/schedules.module.js';
import { AuthModule } from '../platform/auth/auth.module.js';
import { ConfigModule } from '../platform/config/config.module.js';
import type { Environment } from '../platform/config/environment.js';
import { loggedError } from '../platform/config/log-error.js';
import type { Logger } from '../platform/config/logger.js';
import { createDataSource } from '../platform/db/data-source.js';
import { databaseLimits } from '../platform/db/limits.js';
import { untilReachable } from '../platform/db/until-reachable.js';
import { ProblemFilter } from '../platform/http/problem.filter.js';
import { PayloadsModule } from '../platform/payloads/payloads.module.js';
import { SettingsModule } from '../platform/settings/settings.module.js';
import { TemporalModule } from '../platform/temporal/temporal.module.js';
import { RetrievalModule } from '../workspace/retrieval/retrieval.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { HealthController } from './health/health.controller.js';

/** The API, in the order the data flows. */
@Module({})
export class AppModule {
  static of(env: Environment, logger: Logger): DynamicModule {
    const db = createDataSource(
      env.DATABASE_URL ?? '',
      env.DATABASE_POOL_SIZE,
      'nightshift-api',
      databaseLimits(env),
    );
    return {
      module: AppModule,
      imports: [
        ConfigModule.of(env),
        LoggerModule.forRoot({
          pinoHttp: {
            logger,
            autoLogging: false,
            quietReqLogger: true,
            serializers: { err: loggedError },
            wrapSerializers: false,
          },
        }),
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ ...db.options, retryAttempts: 0 }),
          dataSourceFactory: () => untilReachable(db, logger),
        }),
        SettingsModule.of(logger),
        TemporalModule,
        PayloadsModule,
        AttestationModule,
        AuditModule,
        AuthModule,
        AgentsModule,
        FeedModule,
        RunsModule,
        SchedulesModule,
        WorkspaceModule,
        ...agentModules,
        RetrievalModule,
        TerminusModule.forRoot({ logger: false }),
      ],
      controllers: [HealthController],
      providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
    };
  }
}
