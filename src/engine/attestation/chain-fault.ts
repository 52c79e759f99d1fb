/** A fault of the chain: a code, and the entries that it concerns. */
export type ChainFault =
  | { code: 'entry_not_signed'; entry: number }
  | { code: 'entries_missing'; from: number; to: number }
  | { code: 'entry_does_not_follow'; entry: number }
  | { code: 'first_entry_has_previous' }
  | { code: 'beginning_missing'; to: number }
  | { code: 'entry_is_not_noted_head'; entry: number }
  | { code: 'chain_ends_before_noted_head'; entry: number }
  | { code: 'adopted_after_adoption_ended'; entry: number };

/** The sentence that tells a person of the fault, in the log and in the report of a check. */
export function wordsOfChainFault(fault: ChainFault): string {
  switch (fault.code) {
    case 'entry_not_signed':
      return `Entry ${fault.entry} is not signed by the key that it names.`;
    case 'entries_missing':
      return `Entries ${fault.from} to ${fault.to} are missing.`;
    case 'entry_does_not_follow':
      return `Entry ${fault.entry} does not follow on entry ${fault.entry - 1} as it is now.`;
    case 'first_entry_has_previous':
      return 'Entry 1 says that there is one before it.';
    case 'beginning_missing':
      return `Entries 1 to ${fault.to} are missing, and no signed entry says that they were dropped.`;
    case 'entry_is_not_noted_head':
      return `Entry ${fault.entry} is another one than the head that was noted.`;
    case 'chain_ends_before_noted_head':
      return `The chain ends before the head that was noted, entry ${fault.entry}.`;
    case 'adopted_after_adoption_ended':
      return `Entry ${fault.entry} adopts a run after adoption had ended.`;
  }
}
