import { Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type VersionQuery, versionQuerySchema } from '../../engine/agents/agents.dto.js';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { IdParam, ValidBody, ValidQuery } from '../../platform/http/validation.js';
import { MemoriesService } from './memories.service.js';
import * as dto from './memory.dto.js';

@ApiTags('memories')
@Controller('api')
export class MemoriesController {
  constructor(private readonly memories: MemoriesService) {}

  @Get('projects/:id/memories')
  @Answers({
    needs: 'workspace:read',
    summary: 'Memories of the project, and your own in it',
    schema: dto.memoriesSchema,
  })
  listMemories(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.memoriesQuerySchema) query: dto.MemoriesQuery,
  ) {
    return this.memories.list(caller, id, query);
  }

  @Post('projects/:id/memories')
  @Answers({ needs: 'workspace:write', summary: 'Add a memory', status: 201, schema: dto.memorySchema })
  createMemory(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.memoryCreateSchema) body: dto.MemoryCreate,
  ) {
    return this.memories.add(caller, id, body);
  }

  @Get('memories/:id')
  @Answers({ needs: 'workspace:read', summary: 'One memory', schema: dto.memorySchema })
  getMemory(@Caller() caller: Principal, @IdParam() id: string) {
    return this.memories.show(caller, id);
  }

  @Patch('memories/:id')
  @Answers({
    needs: 'workspace:write',
    summary: 'Change a memory',
    refuses: ['version_conflict'],
    schema: dto.memorySchema,
  })
  changeMemory(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.memoryChangeSchema) body: dto.MemoryChange,
  ) {
    return this.memories.change(caller, id, body);
  }

  @Delete('memories/:id')
  @HttpCode(204)
  @Answers({
    needs: 'workspace:write',
    summary: 'Remove a memory; its history stays',
    refuses: ['version_conflict'],
    status: 204,
  })
  removeMemory(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(versionQuerySchema) { version }: VersionQuery,
  ) {
    return this.memories.remove(caller, id, version);
  }

  @Get('memories/:id/history')
  @Answers({
    needs: 'workspace:read',
    summary: 'Revisions of a memory, the latest first',
    schema: dto.memoryRevisionsSchema,
  })
  listMemoryRevisions(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.historyQuerySchema) query: dto.HistoryQuery,
  ) {
    return this.memories.history(caller, id, query);
  }

  @Post('memories/:id/restore')
  @HttpCode(200)
  @Answers({
    needs: 'workspace:write',
    summary: 'Restore the text of an earlier revision, also of a removed memory',
    schema: dto.memorySchema,
  })
  restoreMemory(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.restoreSchema) { version }: dto.Restore,
  ) {
    return this.memories.restore(caller, id, version);
  }
}
