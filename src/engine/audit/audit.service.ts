import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Principal } from '../../platform/auth/principal.js';
import type { AgentRun } from '../../platform/db/entities/run.entity.js';
import { Engine, type History, historyCodec } from '../../platform/temporal/engine.js';
import { executionOf, isClosed, resetFrom } from '../../platform/temporal/history.js';
import { SealBroken } from '../../platform/temporal/payload-codec.js';
import { AuditChain, type ChainEntry, signedArchive } from '../attestation/chain.js';
import { Signer } from '../attestation/signer.js';
import { type EventRow, RunRepository } from '../runs/run.repository.js';
import { Archiver } from './archiver.js';
import { ProofBook, type Verdict } from './proof.js';
import { areAsSigned, type StoredHistory, storedHistories } from './stored-history.js';

/** The last activity's answer reaches history a moment after it reached the row. */
const CLOSING_MS = 3000;

interface Archive {
  histories: History[];
  verdict: Verdict;
  signed_at: Date | null;
  adopted: boolean;
  reason: string | null;
}

/** Puts each event beside the history event that proves it. */
@Injectable()
export class AuditService {
  private readonly archiver: Archiver;
  private readonly chain: AuditChain;

  constructor(
    @InjectDataSource() private readonly db: DataSource,
    private readonly runs: RunRepository,
    private readonly engine: Engine,
    signer: Signer,
  ) {
    this.archiver = new Archiver(db, engine, signer);
    this.chain = new AuditChain(db, signer);
  }

  async audit(caller: Principal, id: string) {
    return this.auditRun(await this.runs.find(caller, id));
  }

  /** `ask` is false where Temporal is known to be out of reach. */
  async auditRun(run: AgentRun, ask = true) {
    const live = ask ? await this.liveHistories(run) : null;
    const adopting = !(await this.chain.adoptionEnded());
    if (!adopting) await this.archivedNow(run, live);
    const { said: entries, archive } = await this.recorded(run, live);
    const [histories, source] = sourceOf(live, archive);
    const events = await this.runs.eventsOf(run);
    if (adopting) return unjudged(run, events, source, ADOPTING);
    const opened = this.openAll(histories);
    if (typeof opened === 'string') return unjudged(run, events, source, opened);
    const book = new ProofBook(opened, entries);
    const unproven: Verdict = source === null && live !== null && run.finished_at ? 'mismatch' : 'pending';
    const repeated = new Set(await this.runs.repeatedEvents(run));
    const rows = events.map((event) => {
      const judged = book.judge(run.id, event, unproven);
      return { ...event, ...judged, ...(repeated.has(event.seq) ? { verdict: MISMATCH } : {}), source };
    });
    const gone = missing(book, events).map((judged) => ({ ...judged, source }));
    const all = [...rows, ...gone].sort((a, b) => a.seq - b.seq);
    const shown = {
      verdict:
        source === null && book.shown.length === 0 ? unproven : await this.judgeShown(run, events, book),
    };
    const { signed_at, adopted } = archive;
    return {
      run_id: run.id,
      verdict: worst([...all, shown, archive]),
      reason: archive.reason ?? (source === null ? whyNoSource(live, archive) : null),
      source,
      run: shown,
      archive: {
        verdict: archive.verdict,
        signed_at: signed_at && new Date(signed_at).toISOString(),
        adopted,
      },
      events: all,
    };
  }

  /** Compares the request and outcome that an ended run shows with its recorded digest. */
  private async judgeShown(run: AgentRun, events: EventRow[], book: ProofBook): Promise<Verdict> {
    // A run under way may have gone on since its row was read: its status is that of the event it counted last.
    const last = events.find(({ seq }) => seq === Number(run.event_seq));
    if (last?.status !== run.status) return 'mismatch';
    if (book.shown.length === 0) return run.finished_at ? 'mismatch' : 'verified';
    for (const recorded of book.shown)
      if (!(await this.runs.showsAsRecorded(run, recorded))) return 'mismatch';
    return 'verified';
  }

  /** A sentence where the keys that sealed them are not there. */
  private openAll(histories: History[]): History[] | string {
    try {
      return histories.map((history) => this.engine.decodeHistory(history));
    } catch (error) {
      if (error instanceof SealBroken) return `${error.message}.`;
      throw error;
    }
  }

  /** Temporal's own; empty where it has none any more, null where it cannot be reached. */
  private async liveHistories(run: AgentRun): Promise<History[] | null> {
    try {
      const live = await this.engine.histories(run.id);
      const last = live.at(-1);
      if (!last || !run.finished_at || isClosed(last)) return live;
      await this.engine.untilClosed(run.id, undefined, CLOSING_MS);
      return await this.engine.histories(run.id);
    } catch {
      return null;
    }
  }

  /** Closed histories are archived at the latest when they are asked for. */
  private async archivedNow(run: AgentRun, live: History[] | null): Promise<void> {
    if (!live || live.length === 0 || !run.finished_at) return;
    const signed = signedArchive(await this.chain.ofRun(run.id));
    if (!signed || signed.executions.length === 0) await this.archiver.archive(run.id, live);
  }

  /** Reads the chain and the archive. The archiver may write between the two reads, so a disagreement is read again. */
  private async recorded(
    run: AgentRun,
    live: History[] | null,
  ): Promise<{ said: ChainEntry[]; archive: Archive }> {
    for (let tries = 1; ; tries += 1) {
      const entries = await this.chain.ofRun(run.id);
      const archive = await this.archiveOf(run, entries, live);
      if (archive.verdict === 'verified' || tries === 2) return { said: entries, archive };
    }
  }

  /** An archive counts only if it matches its signature in the chain, and Temporal's histories likewise. */
  private async archiveOf(run: AgentRun, entries: ChainEntry[], live: History[] | null): Promise<Archive> {
    const kept = await storedHistories(this.db, run.id).catch(() => null);
    const signed = signedArchive(entries);
    if (kept === null) return { ...NO_ARCHIVE, verdict: 'mismatch', reason: UNREADABLE };
    if (!signed) {
      const adopted = entries.some(({ kind }) => kind === 'adopted');
      if (!run.archived_at && kept.length === 0) return { ...NO_ARCHIVE, adopted };
      return { ...NO_ARCHIVE, adopted, verdict: 'mismatch', reason: NOT_SIGNED };
    }
    const { at: signed_at, adopted, executions, empty_at } = signed;
    const foreign = executions.length > 0 && isForeign(live ?? [], executions);
    const archive = { signed_at, adopted, histories: [] };
    if (!areAsSigned(kept, executions)) return { ...archive, verdict: 'mismatch', reason: NOT_AS_SIGNED };
    const histories = kept.map(decoded);
    if (foreign) return { ...archive, histories, verdict: 'mismatch', reason: FOREIGN };
    return { ...archive, histories, verdict: 'verified', reason: empty_at && lateWords(empty_at) };
  }
}

const decoded = ({ bytes }: StoredHistory): History => historyCodec.decode(bytes);

/** The verdict if nothing can be compared; `reason` says why. */
function unjudged(run: AgentRun, events: EventRow[], source: 'temporal' | 'archive' | null, reason: string) {
  const verdict: Verdict = 'pending';
  return {
    run_id: run.id,
    verdict,
    reason,
    source,
    run: { verdict },
    archive: { verdict, signed_at: null, adopted: false },
    events: events.map((event) => ({ ...event, verdict, source, proof: null })),
  };
}

const NO_ARCHIVE: Archive = {
  histories: [],
  verdict: 'verified',
  signed_at: null,
  adopted: false,
  reason: null,
};
const MISMATCH: Verdict = 'mismatch';
const OUT_OF_REACH = 'Temporal cannot be reached, and the archive holds nothing of the run yet.';
const UNREADABLE = 'The archived histories cannot be read.';
const NOT_SIGNED = 'The run is marked as archived, but no entry of the audit chain says so.';
const NOT_AS_SIGNED = 'The archived histories are not those that were signed.';
const FOREIGN =
  'Temporal holds another execution of the run than those that were signed, which was not reset from one of them.';
const ADOPTED_ALONE =
  'No history of the run is left: it is from before there was a chain, and was signed later, as it was found.';
const ADOPTING = 'Archives of earlier versions are being signed.';

const lateWords = (empty_at: Date) =>
  `Temporal knew no history of the run on ${new Date(empty_at).toISOString()}; what it knew later was archived then.`;

function whyNoSource(live: History[] | null, { adopted }: Archive): string | null {
  if (live === null) return OUT_OF_REACH;
  return adopted ? ADOPTED_ALONE : null;
}

function sourceOf(live: History[] | null, archive: Archive): [History[], 'temporal' | 'archive' | null] {
  const archived = archive.histories.map(executionOf);
  const running = (live ?? []).map(executionOf);
  // The rest of a workflow proves too little once Temporal has forgotten one of its executions.
  if (live && live.length > 0 && archived.every((execution) => running.includes(execution)))
    return [live, 'temporal'];
  return archived.length > 0 ? [archive.histories, 'archive'] : [[], null];
}

/** True if Temporal holds an execution that was neither signed nor reset from a signed one. */
function isForeign(live: readonly History[], signed: readonly { temporal_run_id: string }[]): boolean {
  const known = new Set<string | null>(signed.map(({ temporal_run_id }) => temporal_run_id));
  return live.some((history) => {
    const execution = executionOf(history);
    const continues = known.has(execution) || known.has(resetFrom(history));
    if (continues) known.add(execution);
    return !continues;
  });
}

/** History proves an event whose row is no longer there. */
function missing(book: ProofBook, events: EventRow[]) {
  const present = new Set(events.map(({ seq }) => seq));
  return book.seqs
    .filter((seq) => !present.has(seq))
    .map((seq) => ({ seq, proof: book.proofOfSeq(seq), verdict: 'mismatch' as const }));
}

function worst(rows: { verdict: Verdict }[]): Verdict {
  if (rows.some((row) => row.verdict === 'mismatch')) return 'mismatch';
  return rows.some((row) => row.verdict === 'pending') ? 'pending' : 'verified';
}
