import type { DataSource, EntityManager } from 'typeorm';
import type { ChainEntry, ChainKind } from './chain.js';

type Db = DataSource | EntityManager;

const COLUMNS = 'number::float8 AS number, kind, run_id, at, facts, previous, key_id, signature';

const INSERT_ENTRIES = `
  INSERT INTO audit_chain (number, kind, run_id, at, facts, previous, key_id, signature)
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS e(number bigint, kind text, run_id uuid, at timestamptz, facts jsonb,
         previous text, key_id text, signature text)`;

export async function insertEntries(tx: EntityManager, entries: readonly object[]): Promise<void> {
  await tx.query(INSERT_ENTRIES, [JSON.stringify(entries)]);
}

const LAST_ENTRY = `SELECT ${COLUMNS} FROM audit_chain ORDER BY number DESC LIMIT 1`;

export async function lastEntry(db: Db): Promise<ChainEntry | null> {
  const [last]: ChainEntry[] = await db.query(LAST_ENTRY);
  return last ?? null;
}

const ENTRIES_OF_RUNS = `SELECT ${COLUMNS} FROM audit_chain WHERE run_id = ANY($1) ORDER BY number`;

export async function entriesOfRuns(db: Db, run_ids: readonly string[]): Promise<ChainEntry[]> {
  return db.query(ENTRIES_OF_RUNS, [run_ids]);
}

const ENTRIES_OF_KINDS = `SELECT ${COLUMNS} FROM audit_chain WHERE kind = ANY($1) ORDER BY number`;

export async function entriesOfKinds(db: Db, kinds: readonly ChainKind[]): Promise<ChainEntry[]> {
  return db.query(ENTRIES_OF_KINDS, [kinds]);
}

/** The condition repeats the words of an index, because only then PostgreSQL uses it. */
const ENDS_OF_ADOPTION = `SELECT ${COLUMNS} FROM audit_chain WHERE kind IN ('adoption_ended', 'cut')`;

/** Returns the entries after which nothing is adopted. */
export async function endsOfAdoption(db: Db): Promise<ChainEntry[]> {
  return db.query(ENDS_OF_ADOPTION);
}

const PAGE_OF_ENTRIES = `SELECT ${COLUMNS} FROM audit_chain WHERE number > $1 ORDER BY number LIMIT $2`;

export async function pageOfEntries(db: Db, after: number, limit: number): Promise<ChainEntry[]> {
  return db.query(PAGE_OF_ENTRIES, [after, limit]);
}

/** Deletes the entries up to this one, and this one. */
export async function deleteEntries(tx: EntityManager, up_to: number): Promise<void> {
  await tx.query(`DELETE FROM audit_chain WHERE number <= $1`, [up_to]);
}
