import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LoggerModule } from 'nestjs-pino';
import { AgentsModule } from './agents/agents.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { ConfigModule } from './config/config.module.js';
import type { Environment } from './config/environment.js';
import { loggedError } from './config/log-error.js';
import type { Logger } from './config/logger.js';
import { createDataSource } from './db/data-source.js';
import { databaseLimits } from './db/limits.js';
import { untilReachable } from './db/until-reachable.js';
import { FeedModule } from './feed/feed.module.js';
import { HealthController } from './health/health.controller.js';
import { ProblemFilter } from './http/problem.filter.js';
import { PayloadsModule } from './payloads/payloads.module.js';
import { RetrievalModule } from './retrieval/retrieval.module.js';
import { RunsModule } from './runs/runs.module.js';
import { SchedulesModule } from './schedules/schedules.module.js';
import { SettingsModule } from './settings/settings.module.js';
import { TemporalModule } from './temporal/temporal.module.js';
import { WorkspaceModule } from './workspace/workspace.module.js';

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
        AuditModule,
        AuthModule,
        AgentsModule,
        FeedModule,
        RunsModule,
        SchedulesModule,
        WorkspaceModule,
        RetrievalModule,
        TerminusModule.forRoot({ logger: false }),
      ],
      controllers: [HealthController],
      providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
    };
  }
}
