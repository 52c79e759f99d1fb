import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { logChangeBy } from '../audit-log/change-log.js';
import { Membership, Organisation, Project, User } from '../db/entities/tenancy.entity.js';
import { AppError } from '../http/app-error.js';
import type { Principal } from './principal.js';
import { addToProject } from './project-membership.js';
import { renameOrganisation } from './rename.js';
import type { OrganisationChange, ProjectChange, ProjectCreate } from './tenancy.dto.js';

/** The caller's organisation and its projects; every query names the organisation. */
@Injectable()
export class OrganisationService {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  async me(caller: Principal) {
    const { organisation_id, user_id, role, server_admin, service, permissions } = caller;
    const [organisation, { email }, { name }] = await Promise.all([
      this.organisation(caller),
      this.db.getRepository(User).findOneByOrFail({ id: user_id }),
      this.db.getRepository(Membership).findOneByOrFail({ organisation_id, user_id }),
    ]);
    const user = { id: user_id, email, name };
    return { organisation, user, role, server_admin, service, permissions: [...permissions] };
  }

  organisation({ organisation_id }: Principal): Promise<Organisation> {
    return this.db.getRepository(Organisation).findOneByOrFail({ id: organisation_id });
  }

  async rename(caller: Principal, change: OrganisationChange): Promise<Organisation> {
    await unlessTaken(`an organisation named ${JSON.stringify(change.name)}`, () =>
      this.db.transaction((tx) => renameOrganisation(tx, caller.organisation_id, caller.user_id, change)),
    );
    return this.organisation(caller);
  }

  async projects({ organisation_id }: Principal): Promise<{ projects: Project[] }> {
    const projects = await this.db
      .getRepository(Project)
      .find({ where: { organisation_id }, order: { id: 'ASC' } });
    return { projects };
  }

  async project({ organisation_id }: Principal, id: string): Promise<Project> {
    const project = await this.db.getRepository(Project).findOneBy({ id, organisation_id });
    if (!project) throw new AppError('not_found', `There is no project ${id}.`);
    return project;
  }

  /** Its agents work for its maker until others are added. */
  async createProject(caller: Principal, given: ProjectCreate): Promise<Project> {
    const id = uuidv7();
    const { organisation_id } = caller;
    await unlessTaken(`a project named ${JSON.stringify(given.name)}`, () =>
      this.db.transaction(async (tx) => {
        await tx.getRepository(Project).insert({ id, organisation_id, ...given });
        await logChangeBy(tx, caller, 'project', id, null, given);
        if (!caller.service) await addToProject(tx, caller, id, caller.user_id);
      }),
    );
    return this.project(caller, id);
  }

  async changeProject(
    caller: Principal,
    id: string,
    { archived, ...change }: ProjectChange,
  ): Promise<Project> {
    const { organisation_id } = caller;
    await unlessTaken(`a project named ${JSON.stringify(change.name)}`, () =>
      this.db.transaction(async (tx) => {
        const projects = tx.getRepository(Project);
        const lock = { mode: 'pessimistic_write' } as const;
        const project = await projects.findOne({ where: { id, organisation_id }, lock });
        if (!project) throw new AppError('not_found', `There is no project ${id}.`);
        const before = inLog(project);
        const archived_at =
          archived === undefined || archived === (before.archived_at !== null)
            ? before.archived_at
            : archived
              ? new Date()
              : null;
        const after = { ...before, ...change, archived_at };
        if (isDeepStrictEqual(after, before)) return;
        await projects.update({ id, organisation_id }, after);
        await logChangeBy(tx, caller, 'project', id, before, after);
      }),
    );
    return this.project(caller, id);
  }
}

const inLog = ({ name, time_zone, archived_at }: Project) => ({ name, time_zone, archived_at });

export async function unlessTaken<T>(what: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if ((error as { code?: string }).code !== '23505') throw error;
    throw new AppError('already_exists', `There is ${what} already.`);
  }
}
