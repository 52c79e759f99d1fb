import { Module } from '@nestjs/common';
import { Admission } from './admission.js';
import { Dispatcher } from './dispatcher.js';
import { FollowUp } from './follow-up.js';
import { RunRepository } from './run.repository.js';
import { RunsController } from './runs.controller.js';
import { RunsService } from './runs.service.js';
import { SurroundingsReader } from './surroundings.js';
import { Sweeper } from './sweeper.js';

@Module({
  controllers: [RunsController],
  providers: [Admission, Dispatcher, FollowUp, RunRepository, RunsService, SurroundingsReader, Sweeper],
  exports: [Admission, Dispatcher, FollowUp, RunRepository, SurroundingsReader],
})
export class RunsModule {}
