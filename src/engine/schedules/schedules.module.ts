import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module.js';
import { ScheduleRepository } from './schedule.repository.js';
import { ScheduleRunsService } from './schedule-runs.service.js';
import { SchedulesController } from './schedules.controller.js';
import { SchedulesService } from './schedules.service.js';

@Module({
  imports: [RunsModule],
  controllers: [SchedulesController],
  providers: [ScheduleRepository, ScheduleRunsService, SchedulesService],
})
export class SchedulesModule {}
