import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { ENVIRONMENT } from '../config/config.module.js';
import type { Environment } from '../config/environment.js';
import { Engine } from './engine.js';

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
export class TemporalModule implements OnApplicationShutdown {
  constructor(@Inject(Engine) private readonly engine: Engine) {}

  async onApplicationShutdown(): Promise<void> {
    await this.engine.close();
  }
}
