import { Module } from '@nestjs/common';
import { RunsModule } from '../runs/runs.module.js';
import { AuditController } from './audit.controller.js';
import { AuditService } from './audit.service.js';

@Module({ imports: [RunsModule], controllers: [AuditController], providers: [AuditService] })
export class AuditModule {}
