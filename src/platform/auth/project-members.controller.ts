import { Controller, Delete, Get, HttpCode, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Answers } from '../http/answers.js';
import { IdParam } from '../http/validation.js';
import { Caller, type Principal } from './principal.js';
import { ProjectMemberService } from './project-member.service.js';
import * as dto from './tenancy.dto.js';

@ApiTags('tenancy')
@Controller('api/projects/:id/members')
export class ProjectMembersController {
  constructor(private readonly members: ProjectMemberService) {}

  @Get()
  @Answers({
    needs: 'projects:read',
    summary:
      'Members of a project, for whom its agents work; other people of the organisation see the project, too',
    schema: dto.projectMembersSchema,
  })
  listProjectMembers(@Caller() caller: Principal, @IdParam() id: string) {
    return this.members.list(caller, id);
  }

  @Put(':user_id')
  @Answers({
    needs: 'projects:write',
    summary: 'Add a member of the organisation to the project',
    refuses: ['validation_failed'],
    schema: dto.projectMemberSchema,
  })
  addProjectMember(@Caller() caller: Principal, @IdParam() id: string, @IdParam('user_id') user_id: string) {
    return this.members.add(caller, id, user_id);
  }

  @Delete(':user_id')
  @HttpCode(204)
  @Answers({
    needs: 'projects:write',
    summary: 'Remove a member from the project',
    status: 204,
  })
  removeProjectMember(
    @Caller() caller: Principal,
    @IdParam() id: string,
    @IdParam('user_id') user_id: string,
  ) {
    return this.members.remove(caller, id, user_id);
  }
}
