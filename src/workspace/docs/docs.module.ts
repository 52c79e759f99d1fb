import { Module } from '@nestjs/common';
import { DocRepository } from './doc.repository.js';
import { DocsController } from './docs.controller.js';
import { DocsService } from './docs.service.js';

@Module({ controllers: [DocsController], providers: [DocRepository, DocsService] })
export class DocsModule {}
