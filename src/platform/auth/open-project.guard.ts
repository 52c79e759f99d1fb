import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { projectArchived } from '../http/app-error.js';
import { archivedProjectOf, isFamily } from './archived-project.store.js';
import type { AuthenticatedRequest } from './principal.js';

/**
 * Refuses writes into an archived project, which can only be read; every route that needs `workspace:write` has this
 * guard.
 */
@Injectable()
export class OpenProjectGuard implements CanActivate {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { principal, params, routeOptions } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const [, , family = ''] = (routeOptions.url ?? '').split('/');
    const { id } = params as { id?: string };
    if (!principal) throw new Error('OpenProjectGuard used on an open route');
    if (!isFamily(family))
      throw new Error(`${routeOptions.url} writes: say in SEEN where the project of its \`:id\` is found`);
    const uuid = z.uuid().safeParse(id);
    if (!uuid.success) return true;
    const archived = await archivedProjectOf(this.db, principal, family, uuid.data);
    if (archived) throw projectArchived(archived.name);
    return true;
  }
}
