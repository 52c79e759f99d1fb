import {
  Global,
  Inject,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import type { Environment } from '../config/environment.js';
import { Engine } from './engine.js';
import { untilRegistered } from './until-registered.js';

@Global()
@Module({
  providers: [
    {
      provide: Engine,
      inject: [ENVIRONMENT],
      useFactory: (env: Environment) => Engine.connect(env, `nightshift-api-${process.pid}`),
    },
  ],
  exports: [Engine],
})
export class TemporalModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private registering: { stop(): void } | undefined;

  constructor(@Inject(Engine) private readonly engine: Engine) {}

  onApplicationBootstrap(): void {
    const logger = new Logger('temporal');
    this.registering = untilRegistered(this.engine, (words) => logger.error(words));
  }

  async onApplicationShutdown(): Promise<void> {
    this.registering?.stop();
    await this.engine.close();
  }
}
