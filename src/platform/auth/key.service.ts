import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { logChangeBy } from '../audit-log/change-log.js';
import { ApiKey } from '../db/entities/tenancy.entity.js';
import { AppError, invalid } from '../http/app-error.js';
import { makeKey } from './api-key.js';
import { mayGrant, mayMakeUnlimited } from './may-grant.js';
import type { Principal } from './principal.js';
import type { KeyCreate, ServiceKeyCreate } from './tenancy.dto.js';

export interface ShownKey extends Omit<ApiKey, 'hash' | 'organisation_id'> {
  service: boolean;
}

interface Maker {
  created_by: string | null;
  server_admin: boolean;
  borrowed: boolean;
}

interface NewKey {
  user_id: string;
  created_by: string | null;
}

const MAKER_OF_KEY = `
  SELECT k.created_by, m.server_admin, k.created_by IS NOT NULL AND k.created_by <> k.user_id AS borrowed
    FROM api_keys k JOIN memberships m USING (organisation_id, user_id) WHERE k.id = $1`;

/** Keys. Each is made by whom it belongs to; the key itself is answered once and stored nowhere. */
@Injectable()
export class KeyService {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  /** One’s own; all of the organisation for who administers it. */
  async list(caller: Principal): Promise<{ api_keys: ShownKey[] }> {
    const api_keys = await this.db.query(`${SHOWN} WHERE ${MAY_SEE} ORDER BY k.id`, seer(caller));
    return { api_keys };
  }

  async create(caller: Principal, wanted: KeyCreate) {
    mayGrant(caller, caller.role, wanted.scopes);
    mayMakeUnlimited(caller, wanted.scopes);
    if (caller.service) throw new AppError('forbidden', 'A service key makes no further keys.');
    const maker = await this.maker(caller);
    if (maker.borrowed && maker.server_admin)
      throw new AppError(
        'forbidden',
        'Somebody else made this key of a server administrator: use one of your own.',
      );
    const created_by = maker.borrowed ? maker.created_by : caller.user_id;
    return this.make(caller, { user_id: caller.user_id, created_by }, wanted);
  }

  /** A key that somebody else made is borrowed, and so is every key made by it. A borrowed key never decides for the server. */
  private async maker({ key_id }: Principal): Promise<Maker> {
    const [maker]: Maker[] = await this.db.query(MAKER_OF_KEY, [key_id]);
    if (!maker) throw new AppError('unauthenticated');
    return maker;
  }

  /** A program that is nobody: a member or viewer of its own, that owns nothing private and administers nothing. */
  async createService(caller: Principal, { role, ...wanted }: ServiceKeyCreate) {
    mayGrant(caller, role, wanted.scopes);
    const user_id = uuidv7();
    const { organisation_id } = caller;
    return this.make(caller, { user_id, created_by: caller.user_id }, wanted, async (tx) => {
      await tx.query(`INSERT INTO users (id, email) VALUES ($1, $2)`, [
        user_id,
        `${user_id}@service.invalid`,
      ]);
      await tx.query(
        `INSERT INTO memberships (organisation_id, user_id, name, role, service) VALUES ($1, $2, $3, $4, true)`,
        [organisation_id, user_id, wanted.name, role],
      );
    });
  }

  /** The new key does not outlive its maker. */
  private async make(
    caller: Principal,
    { user_id, created_by }: NewKey,
    { name, scopes, expires_at }: KeyCreate,
    first: (tx: EntityManager) => Promise<void> = async () => undefined,
  ) {
    const { organisation_id, expires_at: latest } = caller;
    const expires = expires_at ? new Date(expires_at) : latest;
    if (expires && expires <= new Date()) throw invalid('expires_at', 'must be in the future');
    if (latest && expires && expires > latest)
      throw invalid('expires_at', `must not be after this key expires, at ${latest.toISOString()}`);
    const { key, prefix, hash } = makeKey();
    const id = uuidv7();
    const made = { id, user_id, name, prefix, scopes, created_by, expires_at: expires };
    await this.db.transaction(async (tx) => {
      await first(tx);
      await tx.getRepository(ApiKey).insert({ ...made, organisation_id, hash });
      await logChangeBy(tx, caller, 'api_key', id, null, made);
    });
    return { ...(await this.find(caller, id)), api_key: key };
  }

  /** Ends at once; a revoked key stays in the list, with its date. */
  async revoke(caller: Principal, id: string): Promise<ShownKey> {
    const key = await this.find(caller, id);
    const { organisation_id } = caller;
    if (key.revoked_at) return key;
    const revoked_at = new Date();
    await this.db.transaction(async (tx) => {
      await tx.getRepository(ApiKey).update({ id, organisation_id }, { revoked_at });
      await logChangeBy(tx, caller, 'api_key', id, key, { ...key, revoked_at });
    });
    return this.find(caller, id);
  }

  private async find(caller: Principal, id: string): Promise<ShownKey> {
    const [key]: ShownKey[] = await this.db.query(`${SHOWN} WHERE k.id = $4 AND ${MAY_SEE}`, [
      ...seer(caller),
      id,
    ]);
    if (!key) throw new AppError('not_found', `There is no API key ${id}.`);
    return key;
  }
}

const SHOWN = `
  SELECT k.id, k.user_id, k.name, k.prefix, k.scopes, k.created_at, k.created_by, k.expires_at, k.last_used_at, k.revoked_at, m.service
    FROM api_keys k JOIN memberships m USING (organisation_id, user_id)`;
const MAY_SEE = `k.organisation_id = $1 AND (k.user_id = $2 OR $3)`;

const seer = ({ organisation_id, user_id, permissions, role }: Principal) => [
  organisation_id,
  user_id,
  (role === 'owner' || role === 'admin') && permissions.has('members:write'),
];
