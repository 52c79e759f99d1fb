import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { logChange } from '../agents/change-log.js';
import { ApiKey, Membership } from '../db/entities/tenancy.entity.js';
import { AppError, invalid } from '../http/app-error.js';
import { makeKey } from './api-key.js';
import type { Principal } from './principal.js';
import { ROLE_PERMISSIONS } from './roles.js';
import type { KeyCreate } from './tenancy.dto.js';

/** Keys of the organisation. The key itself is answered once and stored nowhere. */
@Injectable()
export class KeyService {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  async list({ organisation_id }: Principal): Promise<{ api_keys: ApiKey[] }> {
    return {
      api_keys: await this.db
        .getRepository(ApiKey)
        .find({ where: { organisation_id }, order: { id: 'ASC' } }),
    };
  }

  async create(caller: Principal, { name, scopes, user_id = caller.user_id, expires_at }: KeyCreate) {
    const { organisation_id } = caller;
    mayGrant(caller, scopes);
    const member = await this.db.getRepository(Membership).findOneBy({ organisation_id, user_id });
    if (!member) throw invalid('user_id', 'must be a member of the organisation');
    if (member.role === 'owner' && caller.role !== 'owner') {
      throw new AppError('forbidden', 'Only an owner makes keys for an owner.');
    }
    if (expires_at && new Date(expires_at) <= new Date())
      throw invalid('expires_at', 'must be in the future');
    const { key, prefix, hash } = makeKey();
    const id = uuidv7();
    const expires = expires_at ? new Date(expires_at) : null;
    const made = {
      id,
      organisation_id,
      user_id,
      name,
      prefix,
      scopes,
      created_by: caller.user_id,
      expires_at: expires,
    };
    await this.db.transaction(async (tx) => {
      await tx.getRepository(ApiKey).insert({ ...made, hash });
      await logKey(tx, caller, id, null, made);
    });
    return { ...(await this.find(caller, id)), api_key: key };
  }

  /** Ends at once; a revoked key stays in the list, with its date. */
  async revoke(caller: Principal, id: string): Promise<ApiKey> {
    const key = await this.find(caller, id);
    const { organisation_id } = caller;
    if (key.revoked_at) return key;
    const revoked_at = new Date();
    await this.db.transaction(async (tx) => {
      await tx.getRepository(ApiKey).update({ id, organisation_id }, { revoked_at });
      await logKey(tx, caller, id, key, { ...key, revoked_at });
    });
    return this.find(caller, id);
  }

  private async find({ organisation_id }: Principal, id: string): Promise<ApiKey> {
    const key = await this.db.getRepository(ApiKey).findOneBy({ id, organisation_id });
    if (!key) throw new AppError('not_found', `There is no API key ${id}.`);
    return key;
  }
}

function logKey(
  tx: EntityManager,
  caller: Principal,
  id: string,
  before: unknown,
  after: unknown,
): Promise<void> {
  const { organisation_id, user_id: changed_by } = caller;
  return logChange(tx, { organisation_id, changed_by, subject: 'api_key', subject_id: id, before, after });
}

/** No key makes one that may do more than itself. */
function mayGrant({ role, permissions }: Principal, scopes: KeyCreate['scopes']): void {
  const whole = permissions.size === ROLE_PERMISSIONS[role].length;
  const beyond = scopes.find((scope) => (scope === '*' ? !whole : !permissions.has(scope)));
  if (beyond) throw new AppError('forbidden', `This key may not give the scope ${beyond}.`);
}
