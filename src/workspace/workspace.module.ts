import { Module } from '@nestjs/common';
import { DocsModule } from './docs/docs.module.js';
import { ThreadsModule } from './threads/threads.module.js';
import { TicketsModule } from './tickets/tickets.module.js';

/** What a team keeps in its projects. */
@Module({ imports: [DocsModule, TicketsModule, ThreadsModule] })
export class WorkspaceModule {}
