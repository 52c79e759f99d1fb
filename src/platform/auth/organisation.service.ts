import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { logChangeBy } from '../audit-log/change-log.store.js';
import type { Organisation, Project } from '../db/entities/tenancy.entity.js';
import { AppError } from '../http/app-error.js';
import { personOf } from './member.store.js';
import {
  findOrganisation,
  findProject,
  insertProject,
  listProjects,
  lockProject,
  updateProject,
} from './organisation.store.js';
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
    const [organisation, user] = await Promise.all([
      this.organisation(caller),
      personOf(this.db, { organisation_id, user_id }),
    ]);
    return { organisation, user, role, server_admin, service, permissions: [...permissions] };
  }

  async organisation({ organisation_id }: Principal): Promise<Organisation> {
    const organisation = await findOrganisation(this.db, organisation_id);
    if (!organisation) throw new Error('the organisation of a key is not there');
    return organisation;
  }

  async rename(caller: Principal, change: OrganisationChange): Promise<Organisation> {
    await unlessTaken(`an organisation named ${JSON.stringify(change.name)}`, () =>
      this.db.transaction((tx) => renameOrganisation(tx, caller.organisation_id, caller.user_id, change)),
    );
    return this.organisation(caller);
  }

  async projects({ organisation_id }: Principal): Promise<{ projects: Project[] }> {
    return { projects: await listProjects(this.db, organisation_id) };
  }

  async project({ organisation_id }: Principal, id: string): Promise<Project> {
    const project = await findProject(this.db, organisation_id, id);
    if (!project) throw new AppError('not_found', `There is no project ${id}.`);
    return project;
  }

  /** The agents of a new project work for its maker until others are added. */
  async createProject(caller: Principal, given: ProjectCreate): Promise<Project> {
    const id = uuidv7();
    const { organisation_id } = caller;
    await unlessTaken(`a project named ${JSON.stringify(given.name)}`, () =>
      this.db.transaction(async (tx) => {
        await insertProject(tx, { id, organisation_id, ...given });
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
        const project = await lockProject(tx, organisation_id, id);
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
        await updateProject(tx, project, after);
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
