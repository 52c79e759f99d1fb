import { Module } from '@nestjs/common';
import { RunsModule } from '../../engine/runs/runs.module.js';
import { DocRepository } from './doc.repository.js';
import { DocsController } from './docs.controller.js';
import { DocsService } from './docs.service.js';

@Module({ imports: [RunsModule], controllers: [DocsController], providers: [DocRepository, DocsService] })
export class DocsModule {}
