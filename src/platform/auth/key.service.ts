import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { logChangeBy } from '../audit-log/change-log.store.js';
import { AppError, invalid } from '../http/app-error.js';
import { makeKey } from './api-key.js';
import {
  findKey,
  insertKey,
  type KeyMaker,
  listKeys,
  makerOf,
  revokeKey,
  type ShownKey,
} from './key.store.js';
import { mayGrant, mayMakeUnlimited } from './may-grant.js';
import { insertMembership, insertUser } from './member.store.js';
import type { Principal } from './principal.js';
import type { KeyCreate, ServiceKeyCreate } from './tenancy.dto.js';

interface NewKey {
  user_id: string;
  created_by: string | null;
}

/** Keys. Each is made by whom it belongs to; the key itself is answered once and stored nowhere. */
@Injectable()
export class KeyService {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  /** Returns the caller's own keys; for an administrator, all keys of the organisation. */
  async list(caller: Principal): Promise<{ api_keys: ShownKey[] }> {
    return { api_keys: await listKeys(this.db, caller) };
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

  /**
   * A key that somebody else made is borrowed, and so is every key made by it. A borrowed key never decides for the
   * server.
   */
  private async maker({ key_id }: Principal): Promise<KeyMaker> {
    const maker = await makerOf(this.db, key_id);
    if (!maker) throw new AppError('unauthenticated');
    return maker;
  }

  /** A program that is nobody: a member or viewer of its own, that owns nothing private and administers nothing. */
  async createService(caller: Principal, { role, ...wanted }: ServiceKeyCreate) {
    mayGrant(caller, role, wanted.scopes);
    const user_id = uuidv7();
    const { organisation_id } = caller;
    return this.make(caller, { user_id, created_by: caller.user_id }, wanted, async (tx) => {
      await insertUser(tx, { id: user_id, email: `${user_id}@service.invalid` });
      await insertMembership(tx, { organisation_id, user_id, name: wanted.name, role, service: true });
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
      await insertKey(tx, { ...made, organisation_id, hash });
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
      await revokeKey(tx, { id, organisation_id, revoked_at });
      await logChangeBy(tx, caller, 'api_key', id, key, { ...key, revoked_at });
    });
    return this.find(caller, id);
  }

  private async find(caller: Principal, id: string): Promise<ShownKey> {
    const key = await findKey(this.db, caller, id);
    if (!key) throw new AppError('not_found', `There is no API key ${id}.`);
    return key;
  }
}
