import { Module } from '@nestjs/common';
import { DailyModule } from './daily/daily.module.js';
import { MemoriesModule } from './memories/memories.module.js';
import { ProposalsModule } from './proposals/proposals.module.js';
import { RoadmapModule } from './roadmap/roadmap.module.js';
import { SnapshotsModule } from './snapshots/snapshots.module.js';

/** What a team keeps in its projects, and what agents propose to change of it. */
@Module({
  imports: [DailyModule, MemoriesModule, ProposalsModule, RoadmapModule, SnapshotsModule],
})
export class WorkspaceModule {}
