import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { z } from 'zod';
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
  source: z.enum(['temporal', 'archive']).nullable(),
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
    const found = await this.history(run);
    const events = await this.runs.eventsOf(run);
    const book = found ? new ProofBook(this.engine.decodeHistory(found.history)) : null;
    const source = found?.source ?? null;
    const rows = events.map((event) => ({ ...event, ...judge(run, event, book), source }));
    const gone = missing(book, events).map((judged) => ({ ...judged, source }));
    const all = [...rows, ...gone].sort((a, b) => a.seq - b.seq);
    return { run_id: id, verdict: worst(all), source, events: all };
  }

  /** Temporal's own where it still has it, else the archive. A closed history is archived as soon as it is asked for. */
  private async history(run: AgentRun): Promise<{ history: History; source: 'temporal' | 'archive' } | null> {
    const temporal_run_id = run.temporal_run_id ?? undefined;
    const look = () => this.engine.history(run.id, temporal_run_id).catch(() => null);
    let live = await look();
    if (live && run.finished_at && !isClosed(live)) {
      await this.engine.untilClosed(run.id, temporal_run_id, CLOSING_MS);
      live = await look();
    }
    if (live) {
      if (run.finished_at && !run.archived_at) await this.archiver.archive(run);
      return { history: live, source: 'temporal' };
    }
    const kept = await this.archiver.read(run.id);
    return kept && { history: kept, source: 'archive' };
  }
}

function judge(run: AgentRun, event: EventRow, book: ProofBook | null): Judged {
  if (!book) return { proof: null, verdict: run.finished_at ? 'mismatch' : 'pending' };
  return judgeMended(event, book) ?? book.judge(run.id, event);
}

/** What the reconciler wrote of a closed workflow is proven by how that workflow closed. */
function judgeMended(event: EventRow, { close }: ProofBook): Judged | null {
  if (event.data.found !== 'workflow_closed') return null;
  return { proof: close, verdict: close?.status === event.data.closed_as ? 'verified' : 'mismatch' };
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
