import type { DataSource, EntityManager } from 'typeorm';
import type { Receipt } from '../../../workflows/contract/run.js';
import { lock } from '../../platform/db/locks.js';
import { digestOf } from './digest.js';
import { canonical } from './receipt.js';
import type { Signer } from './signer.js';

/** One execution of a run’s workflow, as the archive keeps it. */
export interface ArchivedExecution {
  temporal_run_id: string;
  events: number;
  /** Of the history before it is packed. */
  sha256: string;
}

/** What an entry says, by its kind. */
export interface ChainFacts {
  /** The histories of an ended run, once Temporal closed it. */
  archived: { executions: ArchivedExecution[] };
  /** Events that no history proves, and what the run shows since: written by the reconciler. */
  attested: { receipts: Receipt[]; shown: string | null };
  /** A run from before there was a chain, as it was found: nobody signed it when it ended. */
  adopted: {
    executions: ArchivedExecution[];
    receipts: Receipt[];
    shown: string | null;
    finished_at: string | null;
  };
  /** From here on nothing is adopted. */
  adoption_ended: Record<string, never>;
  /** Runs that retention deleted. */
  removed: { runs: string[] };
  /** Entries up to this one were dropped: retention had deleted their runs. */
  cut: { up_to: number; digest: string };
}

export type ChainKind = keyof ChainFacts;

export type NewEntry = {
  [K in ChainKind]: { kind: K; run_id: string | null; facts: ChainFacts[K] };
}[ChainKind];

export type ChainEntry = NewEntry & {
  number: number;
  at: Date;
  /** Digest of the entry before. */
  previous: string;
  key_id: string;
  signature: string;
};

/** Where the chain ends: whoever noted it can tell later that nothing was cut off. */
export interface Head {
  number: number;
  digest: string;
}

const PAGE = 500;
const BEGINNING: Head = { number: 0, digest: '' };
const COLUMNS = 'number::float8 AS number, kind, run_id, at, facts, previous, key_id, signature';

/** Entries that say what became of runs, each signed and naming the one before: none can be changed, left out or put in. */
export class AuditChain {
  constructor(
    private readonly db: DataSource,
    private readonly signer: Signer,
  ) {}

  /** Within the transaction of what the entries are about; other writers wait for its end. */
  async append(tx: EntityManager, entries: readonly NewEntry[], at = new Date()): Promise<void> {
    if (entries.length === 0) return;
    await lock(tx, 'audit-chain');
    let { number, digest } = await this.head(tx);
    const signed = entries.map((entry) => {
      number += 1;
      const text = textOf({ ...entry, number, at, previous: digest });
      const row = { ...entry, number, at, previous: digest, ...this.signer.sign(text) };
      digest = digestOf(text);
      return row;
    });
    await tx.query(
      `INSERT INTO audit_chain (number, kind, run_id, at, facts, previous, key_id, signature)
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS e(number bigint, kind text, run_id uuid, at timestamptz, facts jsonb,
              previous text, key_id text, signature text)`,
      [JSON.stringify(signed)],
    );
  }

  async head(db: DataSource | EntityManager = this.db): Promise<Head> {
    const [last]: ChainEntry[] = await db.query(
      `SELECT ${COLUMNS} FROM audit_chain ORDER BY number DESC LIMIT 1`,
    );
    return last ? { number: last.number, digest: digestOf(textOf(last)) } : BEGINNING;
  }

  /** What the chain says of a run; an entry that no key of ours signed says nothing. */
  async ofRun(run_id: string): Promise<ChainEntry[]> {
    return this.ofRuns([run_id]);
  }

  /** The same of many, the oldest entries first. */
  async ofRuns(run_ids: readonly string[], db: DataSource | EntityManager = this.db): Promise<ChainEntry[]> {
    const entries: ChainEntry[] = await db.query(
      `SELECT ${COLUMNS} FROM audit_chain WHERE run_id = ANY($1) ORDER BY number`,
      [run_ids],
    );
    return entries.filter((entry) => this.isSigned(entry));
  }

  /** Nothing is cut before. */
  async adoptionEnded(db: DataSource | EntityManager = this.db): Promise<boolean> {
    const entries: ChainEntry[] = await db.query(
      `SELECT ${COLUMNS} FROM audit_chain WHERE kind IN ('adoption_ended', 'cut')`,
    );
    return entries.some((entry) => this.isSigned(entry));
  }

  /** Says once more that adoption has ended, with the newest key, so that the key which said it first may go. */
  async renew(): Promise<void> {
    const entries: ChainEntry[] = await this.db.query(
      `SELECT ${COLUMNS} FROM audit_chain WHERE kind IN ('adoption_ended', 'cut')`,
    );
    if (entries.some((entry) => entry.key_id === this.signer.newestId && this.isSigned(entry))) return;
    await this.db.transaction((tx) => this.append(tx, [{ kind: 'adoption_ended', run_id: null, facts: {} }]));
  }

  /** Drops the oldest entries whose runs retention has deleted, as signed entries say, and signs that it did. */
  async cut(at_least = 1): Promise<number> {
    return this.db.transaction(async (tx) => {
      await lock(tx, 'audit-chain');
      if (!(await this.adoptionEnded(tx))) return 0;
      const last = await this.lastToDrop(tx);
      if (!last) return 0;
      const [{ count }]: [{ count: number }] = await tx.query(
        `SELECT count(*)::float8 AS count FROM audit_chain WHERE number <= $1`,
        [last.number],
      );
      if (count < at_least) return 0;
      await tx.query(`DELETE FROM audit_chain WHERE number <= $1`, [last.number]);
      const facts = { up_to: last.number, digest: digestOf(textOf(last)) };
      await this.append(tx, [{ kind: 'cut', run_id: null, facts }]);
      return count;
    });
  }

  /** The entry before the first one that still says something; the last entry always does. */
  private async lastToDrop(tx: EntityManager): Promise<ChainEntry | null> {
    const removals: ChainEntry[] = await tx.query(
      `SELECT ${COLUMNS} FROM audit_chain WHERE kind = 'removed'`,
    );
    const removed = new Set(
      removals.flatMap((entry) => (entry.kind === 'removed' && this.isSigned(entry) ? entry.facts.runs : [])),
    );
    let last: ChainEntry | null = null;
    for (;;) {
      const page = await this.page(last?.number ?? 0, PAGE, tx);
      for (const [index, entry] of page.entries()) {
        const says = entry.run_id !== null && !removed.has(entry.run_id);
        const newest = page.length < PAGE && index === page.length - 1;
        if (says || newest || !this.isSigned(entry)) return last;
        last = entry;
      }
      if (page.length < PAGE) return last;
    }
  }

  async page(after: number, limit: number, db: DataSource | EntityManager = this.db): Promise<ChainEntry[]> {
    return db.query(`SELECT ${COLUMNS} FROM audit_chain WHERE number > $1 ORDER BY number LIMIT $2`, [
      after,
      limit,
    ]);
  }

  isSigned(entry: ChainEntry): boolean {
    return this.signer.isSigned(textOf(entry), entry);
  }
}

export interface SignedArchive {
  executions: ArchivedExecution[];
  at: Date;
  adopted: boolean;
}

/** What the chain says was archived of a run: the first word counts, and that of the archiver before that of adoption. */
export function signedArchive(said: readonly ChainEntry[]): SignedArchive | null {
  for (const kind of ['archived', 'adopted'] as const)
    for (const entry of said) {
      if (entry.kind !== kind || (kind === 'adopted' && entry.facts.executions.length === 0)) continue;
      return { executions: entry.facts.executions, at: entry.at, adopted: kind === 'adopted' };
    }
  return null;
}

/** When a run ended, by what the chain says of it, and as `verifyRuns` finds it; null where no entry tells of an end. */
export function endOf(said: readonly ChainEntry[]): Date | null {
  const times = said.flatMap(({ kind, at }) =>
    kind === 'archived' || kind === 'attested' ? [new Date(at).getTime()] : [],
  );
  if (times.length > 0) return new Date(Math.min(...times));
  const [adopted] = said.flatMap((entry) =>
    entry.kind === 'adopted' ? (entry.facts.finished_at ?? []) : [],
  );
  return adopted === undefined ? null : new Date(adopted);
}

/** What is signed. */
export function textOf({
  number,
  kind,
  run_id,
  at,
  facts,
  previous,
}: Omit<ChainEntry, 'key_id' | 'signature'>): string {
  return canonical([number, kind, run_id, new Date(at).toISOString(), facts, previous]);
}
