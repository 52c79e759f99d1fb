import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Environment } from './environment.js';

export const ENVIRONMENT = Symbol('environment');

/** The checked environment, for whoever is injected with it. */
@Global()
@Module({})
export class ConfigModule {
  static of(env: Environment): DynamicModule {
    return {
      module: ConfigModule,
      providers: [{ provide: ENVIRONMENT, useValue: env }],
      exports: [ENVIRONMENT],
    };
  }
}
