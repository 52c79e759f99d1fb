import { Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers } from '../http/answers.js';
import { ApiAddress } from '../http/api-address.js';
import { IdParam, ValidBody } from '../http/validation.js';
import { KeyService } from './key.service.js';
import { MemberService } from './member.service.js';
import { OrganisationService } from './organisation.service.js';
import { ANY_KEY, Caller, type Principal } from './principal.js';
import { withCommand } from './send-on.js';
import * as dto from './tenancy.dto.js';

@ApiTags('tenancy')
@Controller('api')
export class TenancyController {
  constructor(
    private readonly organisations: OrganisationService,
    private readonly members: MemberService,
    private readonly keys: KeyService,
  ) {}

  @Get('me')
  @Answers({ needs: ANY_KEY, summary: 'The person of the key, and its permissions', schema: dto.meSchema })
  getMe(@Caller() caller: Principal) {
    return this.organisations.me(caller);
  }

  @Get('organisation')
  @Answers({ needs: 'organisation:read', summary: 'The organisation', schema: dto.organisationSchema })
  getOrganisation(@Caller() caller: Principal) {
    return this.organisations.organisation(caller);
  }

  @Patch('organisation')
  @Answers({
    needs: 'organisation:write',
    summary: 'Rename the organisation',
    refuses: ['already_exists'],
    schema: dto.organisationSchema,
  })
  changeOrganisation(
    @Caller() caller: Principal,
    @ValidBody(dto.organisationChangeSchema) body: dto.OrganisationChange,
  ) {
    return this.organisations.rename(caller, body);
  }

  @Get('projects')
  @Answers({
    needs: 'projects:read',
    summary: 'Projects',
    schema: dto.projectsSchema,
  })
  listProjects(@Caller() caller: Principal) {
    return this.organisations.projects(caller);
  }

  @Post('projects')
  @Answers({
    needs: 'projects:write',
    summary: 'Make a project',
    refuses: ['already_exists'],
    status: 201,
    schema: dto.projectSchema,
  })
  createProject(@Caller() caller: Principal, @ValidBody(dto.projectCreateSchema) body: dto.ProjectCreate) {
    return this.organisations.createProject(caller, body);
  }

  @Get('projects/:id')
  @Answers({ needs: 'projects:read', summary: 'One project', schema: dto.projectSchema })
  getProject(@Caller() caller: Principal, @IdParam() id: string) {
    return this.organisations.project(caller, id);
  }

  @Patch('projects/:id')
  @Answers({
    needs: 'projects:write',
    summary: 'Change or archive a project',
    refuses: ['already_exists'],
    schema: dto.projectSchema,
  })
  changeProject(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.projectChangeSchema) body: dto.ProjectChange,
  ) {
    return this.organisations.changeProject(caller, id, body);
  }

  @Get('members')
  @Answers({
    needs: 'members:read',
    summary: 'Members',
    schema: dto.membersSchema,
  })
  listMembers(@Caller() caller: Principal) {
    return this.members.list(caller);
  }

  @Post('members')
  @Answers({
    needs: 'members:write',
    summary: 'Add a member, with an invitation',
    refuses: ['already_exists'],
    status: 201,
    schema: dto.newMemberSchema,
  })
  addMember(
    @Caller() caller: Principal,
    @ValidBody(dto.memberCreateSchema) body: dto.MemberCreate,
    @ApiAddress() address: string,
  ) {
    return withCommand(this.members.add(caller, body), address);
  }

  @Patch('members/:id')
  @Answers({
    needs: 'members:write',
    summary: "Change a member's role; the open invitation of the member ends",
    refuses: ['last_owner', 'last_server_admin'],
    schema: dto.memberSchema,
  })
  changeMember(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @ValidBody(dto.memberChangeSchema) body: dto.MemberChange,
  ) {
    return this.members.change(caller, id, body);
  }

  @Delete('members/:id')
  @HttpCode(204)
  @Answers({
    needs: 'members:write',
    summary: "Remove a member, and the member's keys",
    refuses: ['last_owner', 'last_server_admin'],
    status: 204,
  })
  removeMember(@Caller() caller: Principal, @IdParam() id: string) {
    return this.members.remove(caller, id);
  }

  @Get('api-keys')
  @Answers({
    needs: 'api_keys:read',
    summary: 'Your API keys; for an administrator, all keys of the organisation',
    schema: dto.keysSchema,
  })
  listApiKeys(@Caller() caller: Principal) {
    return this.keys.list(caller);
  }

  @Post('api-keys')
  @Answers({
    needs: 'api_keys:write',
    summary: 'Make an API key of your own',
    status: 201,
    schema: dto.newKeySchema,
  })
  createApiKey(@Caller() caller: Principal, @ValidBody(dto.keyCreateSchema) body: dto.KeyCreate) {
    return this.keys.create(caller, body);
  }

  @Delete('api-keys/:id')
  @Answers({ needs: 'api_keys:write', summary: 'Revoke an API key', schema: dto.keySchema })
  revokeApiKey(@Caller() caller: Principal, @IdParam() id: string) {
    return this.keys.revoke(caller, id);
  }
}
