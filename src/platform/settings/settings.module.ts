import { type DynamicModule, Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { ENVIRONMENT } from '../config/config.module.js';
import type { Environment } from '../config/environment.js';
import type { Logger } from '../config/logger.js';
import { RuntimeSettings } from './runtime-settings.js';
import { SettingsController } from './settings.controller.js';
import { SettingsService } from './settings.service.js';

@Global()
@Module({})
export class SettingsModule implements OnApplicationShutdown {
  constructor(private readonly settings: RuntimeSettings) {}

  static of(logger: Logger): DynamicModule {
    return {
      module: SettingsModule,
      controllers: [SettingsController],
      providers: [
        SettingsService,
        {
          provide: RuntimeSettings,
          inject: [ENVIRONMENT, getDataSourceToken()],
          useFactory: (env: Environment, db: DataSource) => RuntimeSettings.open(env, db, logger),
        },
      ],
      exports: [RuntimeSettings],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.settings.close();
  }
}
