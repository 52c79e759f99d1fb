import { Controller, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Caller, type Principal } from '../../platform/auth/principal.js';
import { Answers } from '../../platform/http/answers.js';
import { ValidBody, ValidQuery } from '../../platform/http/validation.js';
import { KeyParam, NumberParam } from './agent.params.js';
import * as dto from './version.dto.js';
import { VersionsService } from './versions.service.js';

@ApiTags('agents')
@Controller('api/agents/:key/versions')
export class VersionsController {
  constructor(private readonly versions: VersionsService) {}

  @Get()
  @Answers({
    needs: 'agents:read',
    summary: 'Versions of an agent, newest first',
    schema: dto.versionsSchema,
  })
  listAgentVersions(@Caller() caller: Principal, @KeyParam() key: string) {
    return this.versions.list(caller, key);
  }

  @Post()
  @Answers({ needs: 'agents:write', summary: 'Make a draft', status: 201, schema: dto.versionSchema })
  createAgentVersion(
    @Caller() caller: Principal,
    @KeyParam() key: string,
    @ValidBody(dto.draftCreateSchema) body: dto.DraftCreate,
  ) {
    return this.versions.create(caller, key, body);
  }

  @Get(':number')
  @Answers({ needs: 'agents:read', summary: 'One version, with its definition', schema: dto.versionSchema })
  getAgentVersion(@Caller() caller: Principal, @KeyParam() key: string, @NumberParam() number: number) {
    return this.versions.show(caller, key, number);
  }

  @Patch(':number')
  @Answers({
    needs: 'agents:write',
    summary: 'Change a draft',
    refuses: ['version_conflict', 'version_not_draft'],
    schema: dto.versionSchema,
  })
  changeAgentVersion(
    @Caller() caller: Principal,
    @KeyParam() key: string,
    @NumberParam() number: number,
    @ValidBody(dto.draftChangeSchema) body: dto.DraftChange,
  ) {
    return this.versions.change(caller, key, number, body);
  }

  @Post(':number/publish')
  @HttpCode(200)
  @Answers({
    needs: 'agents:write',
    summary: 'Publish a version; the published one before it is archived',
    refuses: ['version_conflict', 'version_not_draft'],
    schema: dto.versionSchema,
  })
  publishAgentVersion(
    @Caller() caller: Principal,
    @KeyParam() key: string,
    @NumberParam() number: number,
    @ValidBody(dto.versionSeenSchema) { version }: dto.VersionSeen,
  ) {
    return this.versions.publish(caller, key, number, version);
  }

  @Post(':number/archive')
  @HttpCode(200)
  @Answers({
    needs: 'agents:write',
    summary: 'Archive a version',
    refuses: ['version_conflict', 'version_not_draft'],
    schema: dto.versionSchema,
  })
  archiveAgentVersion(
    @Caller() caller: Principal,
    @KeyParam() key: string,
    @NumberParam() number: number,
    @ValidBody(dto.versionSeenSchema) { version }: dto.VersionSeen,
  ) {
    return this.versions.archive(caller, key, number, version);
  }

  @Get(':number/diff')
  @Answers({
    needs: 'agents:read',
    summary: 'The differences between two versions',
    schema: dto.diffSchema,
  })
  compareAgentVersions(
    @Caller() caller: Principal,
    @KeyParam() key: string,
    @NumberParam() number: number,
    @ValidQuery(dto.diffQuerySchema) { against }: dto.DiffQuery,
  ) {
    return this.versions.diff(caller, key, number, against);
  }
}
