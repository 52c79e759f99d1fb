import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { AuditChain } from '../../src/engine/attestation/chain.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { Program } from './program.js';
import { signer } from './signing-keys.js';
import { LONG, useStack } from './stack.js';

/** A stack with its audit chain, and the command that checks it as it ships. */
export class AuditedStack {
  readonly used = useStack();
  db!: DataSource;
  chain!: AuditChain;
  folder = '';

  async open(): Promise<void> {
    this.db = await createDataSource(this.used.stack.database, 4).initialize();
    this.chain = new AuditChain(this.db, signer);
    this.folder = mkdtempSync(join(tmpdir(), 'nightshift-test-'));
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    await this.db.destroy();
  }

  async verify(args: string[], settings: Record<string, string> = {}) {
    const env = { ...this.used.stack.environment, NIGHTSHIFT_HOME: this.folder, ...settings };
    const program = Program.start('audit-verify', env, args);
    const code = await program.ended();
    return { code, log: program.log, head: /head\s+(\S+)/.exec(program.log)?.[1] ?? '' };
  }

  async ended(request: object = {}): Promise<string> {
    const { id } = await this.used.api.start({ agent: 'self_check', ...request });
    await this.used.api.ended(id);
    return id;
  }

  async untilArchived(ids: string[]): Promise<void> {
    await vi.waitFor(async () => {
      const left = await this.used.stack.query(
        'SELECT 1 FROM agent_runs WHERE id = ANY($1) AND archived_at IS NULL',
        [ids],
      );
      expect(left).toEqual([]);
    }, LONG);
  }
}

export function useAuditedStack(): AuditedStack {
  const audited = new AuditedStack();
  beforeAll(() => audited.open());
  afterAll(() => audited.close());
  return audited;
}
