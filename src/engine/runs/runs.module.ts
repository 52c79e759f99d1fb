import { Module } from '@nestjs/common';
import { Admission } from './admission.js';
import { Dispatcher } from './dispatcher.js';
import { FollowUp } from './follow-up.js';
import { RunRepository } from './run.repository.js';
import { RunsController } from './runs.controller.js';
import { RunsService } from './runs.service.js';
import { Sweeper } from './sweeper.js';
import { WaitContextReader } from './wait-context.js';

@Module({
  controllers: [RunsController],
  providers: [Admission, Dispatcher, FollowUp, RunRepository, RunsService, WaitContextReader, Sweeper],
  exports: [Admission, Dispatcher, FollowUp, RunRepository, WaitContextReader],
})
export class RunsModule {}
