import { Module } from '@nestjs/common';
import { RunsModule } from '../../engine/runs/runs.module.js';
import { ThreadsController } from './threads.controller.js';
import { ThreadsService } from './threads.service.js';

@Module({ imports: [RunsModule], controllers: [ThreadsController], providers: [ThreadsService] })
export class ThreadsModule {}
