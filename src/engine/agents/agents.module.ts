import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { DataSource } from 'typeorm';
import { AgentsController } from './agents.controller.js';
import { AgentsService } from './agents.service.js';
import { BindingsController } from './bindings.controller.js';
import { BindingsService } from './bindings.service.js';
import { CustomAgentsService } from './custom-agents.service.js';
import { Models } from './models.js';
import { untilPublished } from './publish-built-ins.js';
import { VersionsController } from './versions.controller.js';
import { VersionsService } from './versions.service.js';

@Module({
  controllers: [AgentsController, BindingsController, VersionsController],
  providers: [AgentsService, BindingsService, CustomAgentsService, Models, VersionsService],
})
export class AgentsModule implements OnApplicationBootstrap {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly logger: PinoLogger,
  ) {}

  /** The API takes no request before the built-in agents are published. */
  async onApplicationBootstrap(): Promise<void> {
    await untilPublished(this.db, this.logger);
  }
}
