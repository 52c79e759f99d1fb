import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { OrganisationService } from './organisation.service.js';
import type { Principal } from './principal.js';
import { type PresentedProjectMember, projectMembers } from './project-member.store.js';
import { addToProject, removeFromProject } from './project-membership.js';

/** The members whom a project's agents work for. Other people of the organisation see the project, too. */
@Injectable()
export class ProjectMemberService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly organisations: OrganisationService,
  ) {}

  async list(caller: Principal, project_id: string): Promise<{ members: PresentedProjectMember[] }> {
    await this.organisations.project(caller, project_id);
    return { members: await projectMembers(this.db, caller.organisation_id, project_id) };
  }

  async add(caller: Principal, project_id: string, user_id: string): Promise<PresentedProjectMember> {
    await this.organisations.project(caller, project_id);
    return this.db.transaction(async (tx) => {
      await addToProject(tx, caller, project_id, user_id);
      const [member] = await projectMembers(tx, caller.organisation_id, project_id, user_id);
      if (!member) throw new Error('the project member was written and is not there');
      return member;
    });
  }

  async remove(caller: Principal, project_id: string, user_id: string): Promise<void> {
    await this.organisations.project(caller, project_id);
    await this.db.transaction((tx) => removeFromProject(tx, caller, project_id, user_id));
  }
}
