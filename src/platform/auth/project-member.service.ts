import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { OrganisationService } from './organisation.service.js';
import type { Principal } from './principal.js';
import { addToProject, removeFromProject } from './project-membership.js';
import type { Role } from './roles.js';

export interface PresentedProjectMember {
  user_id: string;
  email: string;
  name: string;
  role: Role;
  added_at: Date;
}

/** For whom a project’s agents work. Who is no member sees the project all the same. */
@Injectable()
export class ProjectMemberService {
  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly organisations: OrganisationService,
  ) {}

  async list(caller: Principal, project_id: string): Promise<{ members: PresentedProjectMember[] }> {
    await this.organisations.project(caller, project_id);
    return { members: await membersOf(this.db, caller, project_id) };
  }

  async add(caller: Principal, project_id: string, user_id: string): Promise<PresentedProjectMember> {
    await this.organisations.project(caller, project_id);
    return this.db.transaction(async (tx) => {
      await addToProject(tx, caller, project_id, user_id);
      const [member] = await membersOf(tx, caller, project_id, user_id);
      if (!member) throw new Error('the project member was written and is not there');
      return member;
    });
  }

  async remove(caller: Principal, project_id: string, user_id: string): Promise<void> {
    await this.organisations.project(caller, project_id);
    await this.db.transaction((tx) => removeFromProject(tx, caller, project_id, user_id));
  }
}

const PROJECT_MEMBERS = `
  SELECT p.user_id, u.email, m.name, m.role, p.added_at
    FROM project_members p JOIN memberships m USING (organisation_id, user_id) JOIN users u ON u.id = p.user_id
   WHERE p.organisation_id = $1 AND p.project_id = $2 AND ($3::uuid IS NULL OR p.user_id = $3)
   ORDER BY p.added_at, p.user_id`;

function membersOf(
  db: DataSource | EntityManager,
  { organisation_id }: Principal,
  project_id: string,
  user_id: string | null = null,
): Promise<PresentedProjectMember[]> {
  return db.query(PROJECT_MEMBERS, [organisation_id, project_id, user_id]);
}
