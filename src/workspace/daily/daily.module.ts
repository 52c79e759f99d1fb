import { Module } from '@nestjs/common';
import { RunsModule } from '../../engine/runs/runs.module.js';
import { DailyController } from './daily.controller.js';
import { DailyService } from './daily.service.js';

@Module({ imports: [RunsModule], controllers: [DailyController], providers: [DailyService] })
export class DailyModule {}
