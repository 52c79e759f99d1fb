import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module.js';
import { EventHub } from './event-hub.js';
import { FeedController } from './feed.controller.js';
import { FeedRepository } from './feed.repository.js';
import { FeedService } from './feed.service.js';
import { RunFilesService } from './run-files.service.js';
import { StreamService } from './stream.service.js';

@Module({
  imports: [RunsModule],
  controllers: [FeedController],
  providers: [EventHub, FeedRepository, FeedService, StreamService, RunFilesService],
})
export class FeedModule {}
