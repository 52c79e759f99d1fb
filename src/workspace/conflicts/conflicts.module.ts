import { Module } from '@nestjs/common';
import { RunsModule } from '../../engine/runs/runs.module.js';
import { ConflictsController } from './conflicts.controller.js';
import { ConflictsService } from './conflicts.service.js';

@Module({ imports: [RunsModule], controllers: [ConflictsController], providers: [ConflictsService] })
export class ConflictsModule {}
