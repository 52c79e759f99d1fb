import { Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
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
    summary: 'What is remembered for the project, and for you in it',
    schema: z.object({ memories: z.array(dto.memorySchema), next_before: z.uuid().nullable() }),
  })
  list(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(dto.memoriesQuerySchema) query: dto.MemoriesQuery,
  ) {
    return this.memories.list(caller, id, query);
  }

  @Post('projects/:id/memories')
  @Answers({ needs: 'workspace:write', summary: 'Remember something', status: 201, schema: dto.memorySchema })
  add(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.memoryCreateSchema) body: dto.MemoryCreate,
  ) {
    return this.memories.add(caller, id, body);
  }

  @Get('memories/:id')
  @Answers({ needs: 'workspace:read', summary: 'One memory', schema: dto.memorySchema })
  show(@Caller() caller: Principal, @IdParam() id: string) {
    return this.memories.show(caller, id);
  }

  @Patch('memories/:id')
  @Answers({
    needs: 'workspace:write',
    summary: 'Change a memory',
    refuses: ['version_conflict'],
    schema: dto.memorySchema,
  })
  change(
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
  remove(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidQuery(versionQuerySchema) { version }: VersionQuery,
  ) {
    return this.memories.remove(caller, id, version);
  }

  @Get('memories/:id/history')
  @Answers({
    needs: 'workspace:read',
    summary: 'Its revisions, the latest first',
    schema: z.object({ revisions: z.array(dto.memoryRevisionSchema), next_before: z.int().nullable() }),
  })
  history(
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
    summary: 'Let the text of an earlier revision hold again, also of a memory that was removed',
    schema: dto.memorySchema,
  })
  restore(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.restoreSchema) { version }: dto.Restore,
  ) {
    return this.memories.restore(caller, id, version);
  }
}
