import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { projectArchived } from '../http/app-error.js';
import type { AuthenticatedRequest } from './principal.js';

/** Refuses what would write into an archived project, which is only read; every route that needs `workspace:write` has it. */
@Injectable()
export class OpenProjectGuard implements CanActivate {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { principal, params, routeOptions } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const [, , family = ''] = (routeOptions.url ?? '').split('/');
    const { id } = params as { id?: string };
    if (!principal) throw new Error('OpenProjectGuard used on an open route');
    if (!Object.hasOwn(SEEN, family))
      throw new Error(`${routeOptions.url} writes: say in SEEN where the project of its \`:id\` is found`);
    if (!z.uuid().safeParse(id).success) return true;
    const { organisation_id, user_id, role } = principal;
    const [archived] = await this.db.query(ARCHIVED(family as keyof typeof SEEN), [
      organisation_id,
      user_id,
      role === 'owner' || role === 'admin',
      id,
    ]);
    if (archived) throw projectArchived(archived.name);
    return true;
  }
}

const EVERYBODY = 'true';
const ITS_OWNER = '(t.user_id IS NULL OR t.user_id = c.user_id)';

/** The tables of things with an address of their own, and who sees one: to anybody else it does not exist, archived or not. */
const SEEN = {
  projects: EVERYBODY,
  docs: EVERYBODY,
  tickets: EVERYBODY,
  threads: EVERYBODY,
  epics: EVERYBODY,
  snapshots: EVERYBODY,
  memories: ITS_OWNER,
  proposals: `(${ITS_OWNER} OR (c.administers AND t.kind NOT LIKE 'memory\\_%'))`,
};

const ARCHIVED = (table: keyof typeof SEEN) => `
  WITH c AS (SELECT $1::uuid AS organisation_id, $2::uuid AS user_id, $3::boolean AS administers)
  SELECT p.name FROM c JOIN ${table} t ON t.organisation_id = c.organisation_id AND t.id = $4 AND ${SEEN[table]}
    JOIN projects p ON p.id = ${table === 'projects' ? 't.id' : 't.project_id'}
   WHERE p.archived_at IS NOT NULL`;
