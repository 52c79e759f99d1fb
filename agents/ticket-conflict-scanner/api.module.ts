import { Module } from '@nestjs/common';
import { RunsModule } from '../../src/engine/runs/runs.module.js';
import { ScanController } from './scan.controller.js';
import { ScanService } from './scan.service.js';

@Module({ imports: [RunsModule], controllers: [ScanController], providers: [ScanService] })
export default class ScanModule {}
