import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { DataSource } from 'typeorm';
import type { Logger } from '../../platform/config/logger.js';
import { digestOf } from '../../platform/digest.js';
import { type Engine, type History, historyCodec } from '../../platform/temporal/engine.js';
import { executionOf, isClosed } from '../../platform/temporal/history.js';
import { AuditChain, type NewEntry, type SignedArchive, signedArchive } from '../attestation/chain.js';
import type { Signer } from '../attestation/signer.js';
import { adopt } from './adoption.js';
import { keepHistories, runsToArchive, setArchived } from './archive.store.js';
import { areSameExecutions } from './stored-history.js';

const zip = promisify(gzip);

/** This many histories are fetched and packed at a time. */
const AT_ONCE = 8;
/** This many runs are looked up at a time; if there are more, the pass continues for a while. */
const MOST_DUE = 200;
const PASS_MS = 5000;
/** One transaction signs this many runs. */
const SIGNED_AT_ONCE = 25;
/**
 * A run whose histories cannot be kept, or whose workflow has not closed, is left for this long, so that it holds up no
 * other.
 */
const LEFT_FOR_MS = 60_000;

/** A run's histories as they are stored, and what the chain says of them. */
interface Packed {
  run_id: string;
  executions: { temporal_run_id: string; events: number; sha256: string; packed: Buffer }[];
}

/** Keeps the histories of every ended run, signed, so that its proofs outlive Temporal's retention. */
export class Archiver {
  private readonly failed = new Map<string, number>();
  private readonly chain: AuditChain;
  private adopted = false;

  constructor(
    private readonly db: DataSource,
    private readonly engine: Engine,
    signer: Signer,
    private readonly logger?: Pick<Logger, 'error' | 'info'>,
  ) {
    this.chain = new AuditChain(db, signer);
  }

  /** Takes a small share while runs are under way, and catches up when there are none or when it lags. */
  async pass(): Promise<number> {
    this.adopted ||= await adopt(this.db, this.chain, this.logger);
    const now = Date.now();
    for (const [id, until] of this.failed) if (until <= now) this.failed.delete(id);
    let archived = 0;
    for (const end = performance.now() + PASS_MS; ; ) {
      const due = await this.due();
      const more = due.length === MOST_DUE;
      while (due.length > 0) archived += await this.archiveAll(due.splice(0, SIGNED_AT_ONCE));
      if (!more || !this.engine.up || performance.now() > end) return archived;
    }
  }

  /** Returns the runs that ended first, without those that are left for a while. */
  private due(): Promise<{ id: string }[]> {
    return runsToArchive(this.db, [...this.failed.keys()], MOST_DUE);
  }

  /** Returns false if the workflow has not closed yet. */
  async archive(id: string, known?: readonly History[]): Promise<boolean> {
    const packed = await this.pack(id, known);
    if (packed) await this.store([packed]);
    return packed !== null;
  }

  private async archiveAll(runs: { id: string }[]): Promise<number> {
    const packed: Packed[] = [];
    const left = [...runs];
    const next = async () => {
      for (let run = left.shift(); run; run = left.shift()) {
        const { id } = run;
        const one = await this.pack(id).catch((error: unknown) => this.leave(id, error));
        if (one) packed.push(one);
        else this.failed.set(id, Date.now() + LEFT_FOR_MS);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    if (packed.length === 0) return 0;
    try {
      await this.store(packed);
      return packed.length;
    } catch {
      return this.storeEach(packed);
    }
  }

  /** A history that cannot be stored does not stop the others. */
  private async storeEach(packed: Packed[]): Promise<number> {
    let stored = 0;
    for (const one of packed) {
      await this.store([one]).then(
        () => {
          stored += 1;
        },
        (error: unknown) => this.leave(one.run_id, error),
      );
    }
    return stored;
  }

  private leave(run_id: string, error: unknown): null {
    this.failed.set(run_id, Date.now() + LEFT_FOR_MS);
    if (this.engine.up)
      this.logger?.error({ err: error, run_id }, 'the histories of a run could not be archived yet');
    return null;
  }

  /** Returns null if the workflow has not closed yet. */
  private async pack(run_id: string, known?: readonly History[]): Promise<Packed | null> {
    const histories = known ?? (await this.engine.histories(run_id));
    const last = histories.at(-1);
    if (last && !isClosed(last)) return null;
    const executions = histories.map(async (history) => {
      const bytes = historyCodec.encode(history).finish();
      const temporal_run_id = executionOf(history);
      const events = history.events?.length ?? 0;
      return { temporal_run_id, events, sha256: digestOf(bytes), packed: await zip(bytes, { level: 6 }) };
    });
    return { run_id, executions: await Promise.all(executions) };
  }

  /** A signed archive is never replaced. */
  private async store(all: readonly Packed[]): Promise<void> {
    await this.db.transaction(async (tx) => {
      const ids = all.map(({ run_id }) => run_id);
      await setArchived(tx, ids);
      const entries = await this.chain.ofRuns(ids, tx);
      const signed = (run_id: string) => signedArchive(entries.filter((entry) => entry.run_id === run_id));
      const mine = all.filter((one) => mayFollow(signed(one.run_id), one));
      const rows = mine.flatMap(({ run_id, executions }) =>
        executions.map(({ packed, ...one }) => ({ run_id, ...one, history: packed })),
      );
      await keepHistories(tx, rows);
      await this.chain.append(tx, mine.map(entryOf));
    });
  }
}

/**
 * Histories follow an archive that was signed as empty, because Temporal knew nothing of the run then, and one that was
 * adopted, where they are of the same executions. Nothing follows anything else.
 */
function mayFollow(known: SignedArchive | null, { executions }: Packed): boolean {
  if (!known) return true;
  if (executions.length === 0) return false;
  if (known.executions.length === 0) return true;
  return known.by === 'adopted' && areSameExecutions(executions, known.executions);
}

function entryOf({ run_id, executions }: Packed): NewEntry {
  const signed = executions.map(({ packed, ...execution }) => execution);
  return { kind: 'archived', run_id, facts: { executions: signed } };
}
