import { Module } from '@nestjs/common';
import { RunsModule } from '../../runs/runs.module.js';
import { ConflictsController } from './conflicts.controller.js';
import { ConflictsService } from './conflicts.service.js';

@Module({ imports: [RunsModule], controllers: [ConflictsController], providers: [ConflictsService] })
export class ConflictsModule {}
