import { Controller, Delete, Get, HttpCode, Patch, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type VersionQuery, versionQuerySchema } from '../../engine/agents/agents.dto.js';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { RUN_REFUSALS } from '../../platform/http/declare-problems.js';
import { IdParam, ValidBody, ValidQuery } from '../../platform/http/validation.js';
import * as dto from './roadmap.dto.js';
import { RoadmapService } from './roadmap.service.js';

@ApiTags('roadmap')
@Controller('api')
export class RoadmapController {
  constructor(private readonly roadmap: RoadmapService) {}

  @Get('projects/:id/roadmap')
  @Answers({
    needs: 'workspace:read',
    summary: 'The roadmap of a project, with its epics in order',
    schema: dto.roadmapShownSchema,
  })
  getRoadmap(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.roadmapQuerySchema) query: dto.RoadmapQuery,
  ) {
    return this.roadmap.show(caller, id, query);
  }

  @Put('projects/:id/roadmap')
  @Answers({
    needs: 'workspace:write',
    summary: 'Write the summary of the roadmap',
    refuses: ['version_conflict'],
    schema: dto.roadmapSchema,
  })
  changeRoadmap(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.roadmapChangeSchema) body: dto.RoadmapChange,
  ) {
    return this.roadmap.write(caller, id, body);
  }

  @Post('projects/:id/roadmap/generate')
  @Answers({
    needs: 'workspace:write',
    summary: 'Request proposals of a roadmap and epics for these goals',
    refuses: RUN_REFUSALS,
    status: 201,
    schema: dto.generatingSchema,
  })
  generateRoadmap(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.generateSchema) { goals }: dto.Generate,
  ) {
    return this.roadmap.generate(caller, id, goals);
  }

  @Post('projects/:id/epics')
  @Answers({ needs: 'workspace:write', summary: 'Add an epic', status: 201, schema: dto.epicSchema })
  createEpic(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.epicCreateSchema) body: dto.EpicCreate,
  ) {
    return this.roadmap.addEpic(caller, id, body);
  }

  @Patch('epics/:id')
  @Answers({
    needs: 'workspace:write',
    summary: 'Change an epic',
    refuses: ['version_conflict'],
    schema: dto.epicSchema,
  })
  changeEpic(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.epicChangeSchema) body: dto.EpicChange,
  ) {
    return this.roadmap.changeEpic(caller, id, body);
  }

  @Delete('epics/:id')
  @HttpCode(204)
  @Answers({
    needs: 'workspace:write',
    summary: 'Drop an epic; it is kept',
    refuses: ['version_conflict'],
    status: 204,
  })
  dropEpic(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(versionQuerySchema) { version }: VersionQuery,
  ) {
    return this.roadmap.dropEpic(caller, id, version);
  }
}
