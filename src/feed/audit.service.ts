import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { isEnded, type RunStatus } from '../../workflows/contract/run-state.js';
import type { Principal } from '../auth/principal.js';
import type { AgentRun } from '../db/entities/run.entity.js';
import { eventSchema } from '../runs/run.dto.js';
import { type EventRow, RunRepository } from '../runs/run.repository.js';
import { Engine, type History } from '../temporal/engine.js';
import { Archiver, isClosed } from './archiver.js';
import { type Proof, ProofBook, type Verdict } from './proof.js';

const verdict = z.enum(['verified', 'mismatch', 'pending']);
const proofSchema = z.object({ event_id: z.int(), event_type: z.string(), event_time: z.iso.datetime() });

export const auditSchema = z.object({
  run_id: z.uuid(),
  verdict: verdict.describe('verified when every event is; pending while history is still being written'),
  reason: z.string().nullable().describe('Why nothing could be compared'),
  source: z.enum(['temporal', 'archive']).nullable(),
  run: z
    .object({ verdict })
    .describe('What the feed shows of the run; for a run of an earlier version, its status alone'),
  events: z.array(
    eventSchema.partial().extend({
      seq: z.int(),
      verdict,
      source: z.enum(['temporal', 'archive']).nullable(),
      proof: proofSchema.nullable(),
    }),
  ),
});

/** The last activity’s answer reaches history a moment after it reached the row. */
const CLOSING_MS = 3000;

interface Judged {
  proof: Proof | null;
  verdict: Verdict;
}

/** Puts each event beside the history event that proves it. */
@Injectable()
export class AuditService {
  private readonly archiver: Archiver;

  constructor(
    @InjectDataSource() db: DataSource,
    private readonly runs: RunRepository,
    private readonly engine: Engine,
  ) {
    this.archiver = new Archiver(db, engine);
  }

  async audit(caller: Principal, id: string) {
    const run = await this.runs.find(caller, id);
    const { histories, source, unreachable } = await this.histories(run);
    const events = await this.runs.eventsOf(run);
    const opened = histories.map((history) => this.engine.decodeHistory(history));
    const book = opened.length > 0 ? new ProofBook(opened) : null;
    const without = unreachable || !run.finished_at ? 'pending' : 'mismatch';
    const rows = events.map((event) => ({ ...event, ...judge(run, event, events, book, without), source }));
    const gone = missing(book, events).map((judged) => ({ ...judged, source }));
    const all = [...rows, ...gone].sort((a, b) => a.seq - b.seq);
    const shown = { verdict: await this.judgeShown(run, events, book, without) };
    const reason = unreachable
      ? 'Temporal cannot be reached now, and the archive holds nothing of the run yet.'
      : null;
    return { run_id: id, verdict: worst([...all, shown]), reason, source, run: shown, events: all };
  }

  /** What the feed shows of an ended run: its status, result, error, usage and progress. */
  private async judgeShown(
    run: AgentRun,
    events: EventRow[],
    book: ProofBook | null,
    without: Verdict,
  ): Promise<Verdict> {
    if (!book) return without;
    // A run under way may have gone on since its row was read: its status is that of the event it counted last.
    const last = events.find(({ seq }) => seq === Number(run.event_seq));
    if (last?.status !== run.status) return 'mismatch';
    if (book.shown === null) return 'verified';
    return (await this.runs.shownDigest(run)) === book.shown ? 'verified' : 'mismatch';
  }

  /** Temporal's own where it still has them, else the archive. Closed ones are archived as soon as they are asked for. */
  private async histories(run: AgentRun): Promise<Found> {
    let unreachable = false;
    const look = () =>
      this.engine.histories(run.id).catch(() => {
        unreachable = true;
        return [];
      });
    let live = await look();
    const last = live.at(-1);
    if (last && run.finished_at && !isClosed(last)) {
      await this.engine.untilClosed(run.id, undefined, CLOSING_MS);
      live = await look();
    }
    if (live.length > 0 && !unreachable) {
      if (run.finished_at && !run.archived_at) await this.archiver.archive(run, live);
      return { histories: live, source: 'temporal', unreachable: false };
    }
    const kept = await this.archiver.read(run.id);
    if (kept.length > 0) return { histories: kept, source: 'archive', unreachable: false };
    return { histories: [], source: null, unreachable };
  }
}

interface Found {
  histories: History[];
  source: 'temporal' | 'archive' | null;
  unreachable: boolean;
}

function judge(
  run: AgentRun,
  event: EventRow,
  events: EventRow[],
  book: ProofBook | null,
  without: Verdict,
): Judged {
  if (!book) return { proof: null, verdict: without };
  return judgeMended(event, events, book) ?? book.judge(run.id, event);
}

/** What the reconciler may write of a workflow that was ended from outside, by how it closed. */
const MENDED: Record<string, string> = {
  background_run_failed: 'failed',
  background_run_cancelled: 'cancelled',
};

/**
 * What the reconciler wrote of a closed workflow is proven by how that workflow closed: but only where the workflow itself
 * wrote no end and no such event, and only for the end that the reconciler gives to a workflow that closed like this. The
 * reconciler writes one recovery and one end, so of more of a kind none is believed.
 */
function judgeMended(event: EventRow, events: EventRow[], book: ProofBook): Judged | null {
  const { close } = book;
  const { closed_as } = event.data;
  if (book.ended || !claims(event, book)) return null;
  const recovery = event.type === 'background_run_recovered';
  const ends = recovery ? !isEnded(event.status as RunStatus) : MENDED[event.type] === event.status;
  const closed_alike =
    recovery || (event.type === 'background_run_cancelled') === (closed_as === 'CANCELLED');
  const alone =
    events.filter((one) => claims(one, book) && (one.type === 'background_run_recovered') === recovery)
      .length === 1;
  const fits = ends && alone && closed_alike && close?.status === closed_as;
  return { proof: close && proofOnly(close), verdict: fits ? 'verified' : 'mismatch' };
}

const proofOnly = ({ event_id, event_type, event_time }: Proof): Proof => ({
  event_id,
  event_type,
  event_time,
});

/** Whether an event without a receipt says that the reconciler wrote it of a closed workflow. */
function claims({ seq, data }: EventRow, book: ProofBook): boolean {
  return data.found === 'workflow_closed' && !book.proofOfSeq(seq);
}

/** History proves an event whose row is no longer there. */
function missing(book: ProofBook | null, events: EventRow[]) {
  const present = new Set(events.map(({ seq }) => seq));
  return (book?.seqs ?? [])
    .filter((seq) => !present.has(seq))
    .map((seq) => ({ seq, proof: book?.proofOfSeq(seq) ?? null, verdict: 'mismatch' as const }));
}

function worst(rows: { verdict: Verdict }[]): Verdict {
  if (rows.some((row) => row.verdict === 'mismatch')) return 'mismatch';
  return rows.some((row) => row.verdict === 'pending') ? 'pending' : 'verified';
}
