import { AppError } from '../http/app-error.js';

/**
 * A place in the stream of events. Commits do not happen in the order of any counter, so a place is what PostgreSQL
 * itself calls one: a snapshot. Between two snapshots lies a batch, in a fixed order; inside it the last event says how far.
 */
export interface Position {
  seen: string;
  within?: { until: string; at: string; run_id: string; seq: number };
}

const SNAPSHOT = /^\d{1,20}:\d{1,20}:(\d{1,20}(,\d{1,20}){0,500})?$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function writePosition({ seen, within }: Position): string {
  return within ? [seen, within.until, within.at, within.run_id, within.seq].join('~') : seen;
}

export function readPosition(text: string): Position {
  const [seen = '', until, at = '', run_id = '', seq = ''] = text.split('~');
  const whole = isSnapshot(seen);
  if (whole && until === undefined) return { seen };
  const partial = whole && isSnapshot(until ?? '') && !Number.isNaN(Date.parse(at)) && UUID.test(run_id);
  if (!partial || !/^\d{1,9}$/.test(seq)) {
    throw new AppError('invalid_cursor', 'Last-Event-ID is not one that this stream gave out.');
  }
  return { seen, within: { until: until ?? '', at, run_id, seq: Number(seq) } };
}

/** `xmin:xmax:xip,…` with the running transactions in order between the two, as PostgreSQL itself asks for. */
function isSnapshot(text: string): boolean {
  if (!SNAPSHOT.test(text)) return false;
  const [min = 0n, max = 0n, ...running] = text.split(/[:,]/).filter(Boolean).map(BigInt);
  const inOrder = running.every((id, index) => id >= min && id < max && id > (running[index - 1] ?? 0n));
  return min > 0n && min <= max && max < 2n ** 63n && inOrder;
}
