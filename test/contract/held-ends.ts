import { expect, vi } from 'vitest';
import type { createDataSource } from '../../src/platform/db/data-source.js';
import { LONG } from '../support/stack.js';

type Database = ReturnType<typeof createDataSource>;

const WAITING = `
  SELECT l.pid FROM pg_locks l JOIN unnest($1::text[]) id ON l.objid = (hashtext(id)::bigint & 4294967295)::oid
   WHERE l.locktype = 'advisory' AND l.classid = 1 AND l.objsubid = 2 AND NOT l.granted`;

/** Holds runs back in their last write, as PostgreSQL under load would: all before it is done, and it is not. */
export class HeldEnds {
  private constructor(
    private readonly holder: ReturnType<Database['createQueryRunner']>,
    private readonly db: Database,
    private readonly ids: string[],
  ) {}

  static async of(db: Database, ids: string[]): Promise<HeldEnds> {
    await db.query(`
      CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock_shared(1, hashtext(NEW.id::text)); RETURN NEW; END $$`);
    await db.query(`
      CREATE TRIGGER hold BEFORE UPDATE ON agent_runs FOR EACH ROW
        WHEN (OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL) EXECUTE FUNCTION hold()`);
    const holder = db.createQueryRunner();
    await holder.query('SELECT pg_advisory_lock(1, hashtext(id)) FROM unnest($1::text[]) AS id', [ids]);
    return new HeldEnds(holder, db, ids);
  }

  /** Waits until each run is held. */
  async allWait(): Promise<void> {
    await vi.waitFor(
      async () => expect(await this.db.query(WAITING, [this.ids])).toHaveLength(this.ids.length),
      LONG,
    );
  }

  /** Takes the last write of these back, as if it had never arrived. */
  async undo(ids: string[]): Promise<void> {
    await this.db.query(`SELECT pg_terminate_backend(pid) FROM (${WAITING}) w`, [ids]);
    await vi.waitFor(async () => expect(await this.db.query(WAITING, [ids])).toEqual([]), LONG);
  }

  async release(): Promise<void> {
    await this.holder.query('SELECT pg_advisory_unlock_all()');
    await this.holder.release();
  }
}
