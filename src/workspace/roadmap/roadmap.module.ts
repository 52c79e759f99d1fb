import { Module } from '@nestjs/common';
import { RunsModule } from '../../engine/runs/runs.module.js';
import { RoadmapController } from './roadmap.controller.js';
import { RoadmapService } from './roadmap.service.js';

@Module({ imports: [RunsModule], controllers: [RoadmapController], providers: [RoadmapService] })
export class RoadmapModule {}
