import { wordsOfChainFault } from '../../engine/attestation/chain-fault.js';
import type { AuditFault, MismatchFault } from '../../engine/audit/fault.js';

/** The sentence that tells a person of a fault. */
export function wordsOfFault(fault: AuditFault): string {
  switch (fault.code) {
    case 'run_gone':
      return `Run ${fault.run_id} is gone, and no signed entry says that retention deleted it.`;
    case 'run_mismatch':
      return wordsOfMismatch(fault);
    case 'run_mismatch_when_exported':
      return `${wordsOfMismatch(fault.run)} (it did not verify when the export was written)`;
    case 'left_out_run_mismatch_when_exported':
      return `Run ${fault.run_id}, of another organisation: it did not verify when the export was written.`;
    case 'run_line_changed':
      return `Run ${fault.run_id}: its line is not what was written.`;
    case 'run_histories_not_signed':
      return `Run ${fault.run_id}: its histories are not those that were signed.`;
    case 'run_not_in_export':
      return `Run ${fault.run_id}: entry ${fault.entry} names it, but it is not in the export, and no signed entry says that retention deleted it.`;
    case 'line_unexpected':
      return `Line ${fault.line} is one that no export holds there.`;
    case 'end_missing':
      return 'It has no end: it was cut off, or it is no export.';
    case 'file_changed':
      return 'It is not what was written: something was changed, taken away or added.';
    case 'key_not_given':
      return `The key ${JSON.stringify(fault.key_id)}, which it names, is not given.`;
    case 'noted_when_exported':
      return fault.sentence;
    default:
      return wordsOfChainFault(fault);
  }
}

function wordsOfMismatch({ run_id, events, shown, reason }: MismatchFault): string {
  const parts = [
    ...(events.length > 0 ? [`event${events.length > 1 ? 's' : ''} ${events.join(', ')}`] : []),
    ...(shown ? ['what it shows'] : []),
    ...(reason ? [reason] : []),
  ];
  return `Run ${run_id}: ${parts.join('; ')}`;
}
