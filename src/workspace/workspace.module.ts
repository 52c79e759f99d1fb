import { Module } from '@nestjs/common';
import { DailyModule } from './daily/daily.module.js';
import { DocsModule } from './docs/docs.module.js';
import { MemoriesModule } from './memories/memories.module.js';
import { ProposalsModule } from './proposals/proposals.module.js';
import { RoadmapModule } from './roadmap/roadmap.module.js';
import { SnapshotsModule } from './snapshots/snapshots.module.js';
import { ThreadsModule } from './threads/threads.module.js';
import { TicketsModule } from './tickets/tickets.module.js';

/** The data of a team's projects, and the changes that agents propose. */
@Module({
  imports: [
    DocsModule,
    TicketsModule,
    ThreadsModule,
    DailyModule,
    MemoriesModule,
    RoadmapModule,
    SnapshotsModule,
    ProposalsModule,
  ],
})
export class WorkspaceModule {}
