import type { DataSource, EntityManager } from 'typeorm';
import type { Receipt } from '../../../workflows/contract/run.js';
import { type RunEventType, type RunStatus, statusesBefore } from '../../../workflows/contract/run-state.js';
import { prepared } from '../../platform/db/prepared.js';
import { type EventFacts, receipt } from '../attestation/receipt.js';
import type { Signer } from '../attestation/signer.js';
import { isOurs, tokenOf } from '../attestation/token.js';
import { CHANGE, type ChangeStatement } from './run-change.sql.js';

export interface NewEvent {
  type: RunEventType;
  /** The run's status after it; null leaves it as it was. */
  status: RunStatus | null;
  data: Record<string, unknown>;
  /** Written only when another worker held the run before. */
  only_if_taken_over?: boolean;
}

export interface RunChange extends ChangeStatement {
  run_id: string;
  /** The name of the writer: the same writer writing again gets its earlier events. */
  written_by: string;
  worker: string | null;
  events: NewEvent[];
  /** The parameters of the statement's own. */
  params?: unknown[];
  /** History holds receipts up to this event: those after it are attested anew, whichever execution wrote them. */
  known?: number;
}

/** This number is after every event. */
const NONE = 2_147_483_647;

/** Null if the run's status does not allow the change and no writer of that name had made it before. */
interface Changed {
  events: EventFacts[];
  /** The receipts of these events, and of our earlier events that history does not know. */
  receipts: Receipt[];
  answer: unknown;
}

interface Written extends EventFacts {
  written_by: string;
  token: string | null;
  fresh: boolean;
  answer: unknown;
}

/**
 * Changes a run and appends its events in one statement: the row's lock orders them, `written_by` makes them happen
 * once, and the state machine's answer guards the status. Each event carries a token of its writer: what was written
 * before is attested only where its token shows that a process of ours wrote it.
 */
export async function changeRun(
  db: DataSource | EntityManager,
  signer: Signer,
  change: RunChange,
): Promise<Changed | null> {
  const rows = await write(db, signer, change).catch((error: unknown) => {
    // Two writers of the same name wrote at once: the other one's events are there now.
    if ((error as { code?: string }).code !== '23505') throw error;
    return write(db, signer, change);
  });
  const { run_id, written_by } = change;
  const events = rows.filter((row) => row.written_by === written_by);
  const proven = rows.filter((row) => row.fresh || isOurs(signer, run_id, row));
  const receipts = proven.map((row) => receipt(run_id, row));
  if (events.length === 0 && receipts.length === 0) return null;
  return { events, receipts, answer: events[0]?.answer ?? null };
}

function write(db: DataSource | EntityManager, signer: Signer, change: RunChange): Promise<Written[]> {
  const { run_id, written_by, worker, events, params = [], known } = change;
  const last = events.at(-1);
  if (!last) throw new Error('a change has at least one event');
  const from = statusesBefore(events.find((event) => !event.only_if_taken_over)?.type ?? last.type);
  const signed = events.map((event) => ({
    ...event,
    token: tokenOf(signer, run_id, { ...event, written_by }),
  }));
  return db.query(prepared(CHANGE(change, params.length)), [
    run_id,
    written_by,
    from,
    JSON.stringify(signed),
    worker,
    ...params,
    known ?? NONE,
  ]);
}
