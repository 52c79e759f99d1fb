import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { prepared } from '../db/prepared.js';
import type { Principal } from './principal.js';
import { grantedPermissions, type Role } from './roles.js';

interface KeyRow {
  id: string;
  organisation_id: string;
  user_id: string;
  scopes: string[];
  expires_at: Date | null;
  role: Role;
  server_admin: boolean;
  service: boolean;
  stale: boolean;
}

const RESOLVE_KEY = `
  SELECT k.id, k.organisation_id, k.user_id, k.scopes, k.expires_at, m.role, m.service,
        m.server_admin AND (k.created_by IS NULL OR k.created_by = k.user_id) AS server_admin,
        k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute' AS stale
   FROM api_keys k JOIN memberships m USING (organisation_id, user_id)
  WHERE k.hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())`;

/** Keys as credentials: one query a request, so that a revoked key ends at once. */
@Injectable()
export class KeyRepository {
  constructor(@InjectDataSource() private readonly db: DataSource) {}

  /** Returns whether the key of a long answer is still valid. */
  async stands({ key_id }: Principal): Promise<boolean> {
    const rows = await this.db.query(
      `SELECT 1 FROM api_keys WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
      [key_id],
    );
    return rows.length > 0;
  }

  /** Finds the caller by the key's hash. */
  async resolve(hash: Buffer): Promise<Principal | null> {
    const [row]: KeyRow[] = await this.db.query(prepared(RESOLVE_KEY), [hash]);
    if (!row) return null;
    if (row.stale) await this.db.query(`UPDATE api_keys SET last_used_at = now() WHERE id = $1`, [row.id]);
    return {
      organisation_id: row.organisation_id,
      user_id: row.user_id,
      role: row.role,
      server_admin: row.server_admin,
      key_id: row.id,
      expires_at: row.expires_at,
      unlimited: row.scopes.includes('*'),
      service: row.service,
      permissions: grantedPermissions(row.role, row.scopes),
    };
  }
}
