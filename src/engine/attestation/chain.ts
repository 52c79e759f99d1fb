import type { DataSource, EntityManager } from 'typeorm';
import type { Receipt } from '../../../workflows/contract/run.js';
import { canonical } from '../../platform/canonical.js';
import { digestOf } from '../../platform/digest.js';
import { lock } from '../../platform/locks/advisory-lock.store.js';
import {
  endsOfAdoption,
  entriesOfKinds,
  entriesOfRuns,
  insertEntries,
  lastEntry,
  pageOfEntries,
} from './chain.store.js';
import type { Signer } from './signer.js';

/** One execution of a run's workflow, as the archive keeps it. */
export interface ArchivedExecution {
  temporal_run_id: string;
  events: number;
  /** The digest of the history before it is packed. */
  sha256: string;
}

/** The content of an entry, by its kind. */
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
  /** Nothing is adopted after this entry. */
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

/** The last entry of the chain: a note of it shows later whether entries were cut off. */
export interface Head {
  number: number;
  digest: string;
}

const BEGINNING: Head = { number: 0, digest: '' };

/**
 * The signed entries about runs. Each names the one before, so none can be changed, removed or inserted without a
 * trace.
 */
export class AuditChain {
  constructor(
    private readonly db: DataSource,
    private readonly signer: Signer,
  ) {}

  /** Appends within the transaction of the things that the entries concern; other writers wait for its end. */
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
    await insertEntries(tx, signed);
  }

  async head(db: DataSource | EntityManager = this.db): Promise<Head> {
    const last = await lastEntry(db);
    return last ? { number: last.number, digest: digestOf(textOf(last)) } : BEGINNING;
  }

  /** Returns the entries about a run; an entry that none of our keys signed does not count. */
  async ofRun(run_id: string): Promise<ChainEntry[]> {
    return this.ofRuns([run_id]);
  }

  /** Returns the entries about many runs, the oldest first. */
  async ofRuns(run_ids: readonly string[], db: DataSource | EntityManager = this.db): Promise<ChainEntry[]> {
    const entries = await entriesOfRuns(db, run_ids);
    return entries.filter((entry) => this.isSigned(entry));
  }

  /** The entries of these kinds that a key of ours signed. */
  async ofKinds(
    kinds: readonly ChainKind[],
    db: DataSource | EntityManager = this.db,
  ): Promise<ChainEntry[]> {
    const entries = await entriesOfKinds(db, kinds);
    return entries.filter((entry) => this.isSigned(entry));
  }

  /** No entry is cut before adoption has ended. */
  async adoptionEnded(db: DataSource | EntityManager = this.db): Promise<boolean> {
    return (await this.ends(db)).length > 0;
  }

  /** Says once more that adoption has ended, with the newest key, so that the key which said it first may go. */
  async renew(): Promise<void> {
    if ((await this.ends()).some(({ key_id }) => key_id === this.signer.newestId)) return;
    await this.db.transaction((tx) => this.append(tx, [{ kind: 'adoption_ended', run_id: null, facts: {} }]));
  }

  private async ends(db: DataSource | EntityManager = this.db): Promise<ChainEntry[]> {
    const entries = await endsOfAdoption(db);
    return entries.filter((entry) => this.isSigned(entry));
  }

  async page(after: number, limit: number, db: DataSource | EntityManager = this.db): Promise<ChainEntry[]> {
    return pageOfEntries(db, after, limit);
  }

  isSigned(entry: ChainEntry): boolean {
    return this.signer.isSigned(textOf(entry), entry);
  }
}

export interface SignedArchive {
  executions: ArchivedExecution[];
  at: Date;
  by: 'archived' | 'adopted';
  /** The run is from before there was a chain, whatever was archived of it since. */
  adopted: boolean;
  /** The time when an empty archive was signed, if one with histories followed it. */
  empty_at: Date | null;
}

/**
 * Returns the signed archive of a run. The first entry counts, and one of the archiver before one of adoption. An entry
 * without histories counts least.
 */
export function signedArchive(entries: readonly ChainEntry[]): SignedArchive | null {
  const archives = entries.flatMap((entry) =>
    entry.kind === 'archived' || entry.kind === 'adopted'
      ? [{ by: entry.kind, at: entry.at, executions: entry.facts.executions }]
      : [],
  );
  const full = archives.filter(({ executions }) => executions.length > 0);
  const empty = archives.find(({ by, executions }) => by === 'archived' && executions.length === 0);
  const first = full.find(({ by }) => by === 'archived') ?? full[0] ?? empty;
  if (!first) return null;
  const adopted = archives.some(({ by }) => by === 'adopted');
  return { ...first, adopted, empty_at: empty && empty !== first ? empty.at : null };
}

/** Returns when the run of an entry ended; null if the entry tells no end. */
export function endIn(entry: ChainEntry): Date | null {
  if (entry.kind === 'archived') return new Date(entry.at);
  if (entry.kind === 'attested') return entry.facts.shown === null ? null : new Date(entry.at);
  if (entry.kind !== 'adopted' || entry.facts.finished_at === null) return null;
  return new Date(entry.facts.finished_at);
}

/** Returns when a run ended by its entries, like `END_OF`; null if no entry tells an end. */
export function endOf(entries: readonly ChainEntry[]): Date | null {
  const later = entries.filter(({ kind }) => kind === 'adopted');
  const then = entries.filter(({ kind }) => kind !== 'adopted');
  const [first] = [then, later].flatMap((entries) => {
    const times = entries.flatMap((entry) => endIn(entry)?.getTime() ?? []);
    return times.length > 0 ? [new Date(Math.min(...times))] : [];
  });
  return first ?? null;
}

/** The text that the signature of an entry covers. */
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
