import { Module } from '@nestjs/common';
import { RunsModule } from '../../engine/runs/runs.module.js';
import { SnapshotsController } from './snapshots.controller.js';
import { SnapshotsService } from './snapshots.service.js';

@Module({ imports: [RunsModule], controllers: [SnapshotsController], providers: [SnapshotsService] })
export class SnapshotsModule {}
