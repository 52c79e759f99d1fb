import { AppError } from '../../platform/http/app-error.js';

/**
 * A position in the stream of events. Commits do not happen in the order of any counter, so a position is a PostgreSQL
 * snapshot. Between two snapshots is a batch in a fixed order, and the last event says how far inside it. A snapshot
 * has a meaning only in the era of its cluster.
 */
export interface StreamPosition {
  era: string;
  seen: string;
  within?: { until: string; at: string; run_id: string; seq: number };
}

const SNAPSHOT = /^\d{1,20}:\d{1,20}:(\d{1,20}(,\d{1,20}){0,500})?$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function writePosition({ era, seen, within }: StreamPosition): string {
  const position = within ? [seen, within.until, within.at, within.run_id, within.seq].join('~') : seen;
  return `${era}.${position}`;
}

/** A position without an era was given out before there were eras, and is of none that is current. */
export function readPosition(text: string): StreamPosition {
  const [, era = '0', rest = ''] = /^(?:(\d{1,19})\.)?(.*)$/s.exec(text) ?? [];
  const [seen = '', until, at = '', run_id = '', seq = ''] = rest.split('~');
  const whole = isSnapshot(seen) && BigInt(era) < 2n ** 63n;
  if (whole && until === undefined) return { era, seen };
  const partial = whole && isSnapshot(until ?? '') && !Number.isNaN(Date.parse(at)) && UUID.test(run_id);
  if (!partial || !/^\d{1,9}$/.test(seq)) {
    throw new AppError('invalid_cursor', 'Last-Event-ID does not come from this stream.');
  }
  return { era, seen, within: { until: until ?? '', at, run_id, seq: Number(seq) } };
}

/** `xmin:xmax:xip,…` with the running transactions in order between the two, as PostgreSQL itself asks for. */
function isSnapshot(text: string): boolean {
  if (!SNAPSHOT.test(text)) return false;
  const [min = 0n, max = 0n, ...running] = text.split(/[:,]/).filter(Boolean).map(BigInt);
  const inOrder = running.every((id, index) => id >= min && id < max && id > (running[index - 1] ?? 0n));
  return isGivenOut(min) && isGivenOut(max) && min <= max && inOrder;
}

/** PostgreSQL gives out no transaction id whose lower half is zero, and takes none. */
function isGivenOut(id: bigint): boolean {
  return id < 2n ** 63n && id % 2n ** 32n !== 0n;
}
