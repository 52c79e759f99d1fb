import type { ChainFault } from '../attestation/chain-fault.js';

/** The faults of one run, found by comparing its rows and histories with the signed ones. */
export interface MismatchFault {
  code: 'run_mismatch';
  run_id: string;
  /** The events that differ, by their sequence numbers. */
  events: number[];
  /** True if what the run shows differs. */
  shown: boolean;
  /** Says why nothing could be compared; null if it could. */
  reason: string | null;
}

/** The faults that a check of an installation finds in the chain; an export keeps them. */
export type ReadingFault = ChainFault | { code: 'run_gone'; run_id: string };

/** The further faults that a check of an export finds in the file. */
export type ExportFault =
  | ReadingFault
  | { code: 'line_unexpected'; line: number }
  | { code: 'end_missing' }
  | { code: 'file_changed' }
  | { code: 'key_not_given'; key_id: string }
  | { code: 'run_line_changed'; run_id: string }
  | { code: 'run_mismatch_when_exported'; run: MismatchFault }
  | { code: 'left_out_run_mismatch_when_exported'; run_id: string }
  | { code: 'run_histories_not_signed'; run_id: string }
  | { code: 'run_not_in_export'; run_id: string; entry: number }
  /** Exports up to version 2 keep sentences. */
  | { code: 'noted_when_exported'; sentence: string };

export type AuditFault = ExportFault | MismatchFault;

const GONE = /^Run (\S+) is gone,/;

/** Reads a fault that an export keeps: as a code with its fields, or as a sentence in one up to version 2. */
export function readNoted(noted: ReadingFault | string): ExportFault {
  if (typeof noted !== 'string') return noted;
  const run_id = GONE.exec(noted)?.[1];
  return run_id === undefined
    ? { code: 'noted_when_exported', sentence: noted }
    : { code: 'run_gone', run_id };
}
