import type { DataSource, EntityManager } from 'typeorm';
import type { Receipt } from '../../../workflows/contract/run.js';
import { canonical } from '../../platform/canonical.js';
import { lock } from '../../platform/locks/advisory-lock.store.js';
import {
  endsOfAdoption,
  entriesOfKinds,
  entriesOfRuns,
  insertEntries,
  lastEntry,
  pageOfEntries,
} from './chain.store.js';
import { digestOf } from './digest.js';
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

const BEGINNING: Head = { number: 0, digest: '' };

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
    await insertEntries(tx, signed);
  }

  async head(db: DataSource | EntityManager = this.db): Promise<Head> {
    const last = await lastEntry(db);
    return last ? { number: last.number, digest: digestOf(textOf(last)) } : BEGINNING;
  }

  /** What the chain says of a run; an entry that no key of ours signed says nothing. */
  async ofRun(run_id: string): Promise<ChainEntry[]> {
    return this.ofRuns([run_id]);
  }

  /** The same of many, the oldest entries first. */
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

  /** Nothing is cut before. */
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
  /** When an empty archive was signed, where one with histories followed it. */
  empty_at: Date | null;
}

/**
 * What the chain says was archived of a run: the first word counts, and that of the archiver before that of adoption. An
 * entry that names no history says least.
 */
export function signedArchive(said: readonly ChainEntry[]): SignedArchive | null {
  const archives = said.flatMap((entry) =>
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

/** When the run of an entry ended; null where the entry tells of no end. */
export function endIn(entry: ChainEntry): Date | null {
  if (entry.kind === 'archived') return new Date(entry.at);
  if (entry.kind === 'attested') return entry.facts.shown === null ? null : new Date(entry.at);
  if (entry.kind !== 'adopted' || entry.facts.finished_at === null) return null;
  return new Date(entry.facts.finished_at);
}

/** When a run ended, by what the chain says of it, and as `END_OF` finds it; null where no entry tells of an end. */
export function endOf(said: readonly ChainEntry[]): Date | null {
  const later = said.filter(({ kind }) => kind === 'adopted');
  const then = said.filter(({ kind }) => kind !== 'adopted');
  const [first] = [then, later].flatMap((entries) => {
    const times = entries.flatMap((entry) => endIn(entry)?.getTime() ?? []);
    return times.length > 0 ? [new Date(Math.min(...times))] : [];
  });
  return first ?? null;
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
