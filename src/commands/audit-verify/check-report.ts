import type { ExportedChain, ExportFindings } from '../../engine/audit/export-check.js';
import type { AuditFault } from '../../engine/audit/fault.js';
import type { ReadingFindings, RunFindings } from '../../engine/audit/verify.js';
import { FIRST_MOMENT, LAST_MOMENT } from './arguments.js';
import { wordsOfFault } from './fault-words.js';

const MOST_FAULTS = 100;
const COVERS =
  'covers   events, what ended runs show, their archived histories and the chain; not files, effects and model calls, the definitions of versions, nor the change log';

/** The words about the form of a file, with the reason why its verdicts do not count. */
const WRITTEN = {
  yes: { words: 'as it was written', why: '' },
  no: { words: 'NOT AS IT WAS WRITTEN', why: 'the file is not as it was written' },
  key_not_given: {
    words: 'SIGNED BY A KEY THAT IS NOT GIVEN',
    why: 'the key that signed the file is not given',
  },
};

export function printChecked(chain: ReadingFindings, runs: RunFindings, written: string | null): void {
  printChain(chain);
  const adopted = runs.adopted > 0 ? `, ${runs.adopted} of them from before the chain` : '';
  console.log(
    `runs     ${runs.verified} verified${adopted}, ${runs.mismatch} not verified, ${runs.pending} pending`,
  );
  printFaults([...chain.faults, ...runs.faults]);
  printHead(chain);
  if (written) console.log(`export   ${written}`);
  console.log(COVERS);
}

/** `trusted` is false where nothing but the file itself says whose keys are in it. */
export function printExport(findings: ExportFindings, trusted: boolean): void {
  const { chain, runs, as_written } = findings;
  printFile(findings, trusted);
  printChain(chain);
  console.log(
    as_written === 'yes'
      ? `runs     ${runs.verified} verified when it was written, ${runs.mismatch} not verified, ${runs.pending} pending${scopeOf(findings)}`
      : `runs     ${runs.verified + runs.mismatch + runs.pending} in the file; their verdicts do not count, because ${WRITTEN[as_written].why}`,
  );
  printFaults(findings.faults);
  printHead(chain);
  console.log(COVERS);
}

function printFile({ as_written }: ExportFindings, trusted: boolean): void {
  const by = trusted ? 'by the keys that were given' : 'by the keys in the file itself';
  console.log(`file     ${WRITTEN[as_written].words}, ${by}`);
  if (!trusted)
    console.log(
      '  Keys in the file show that it is consistent, not who wrote it. Give the keys that you trust: --public-key <id>:<key>.',
    );
}

/** Names the runs of the export, if it is not of all runs. */
function scopeOf({ header, left_out }: ExportFindings): string {
  if (!header) return '';
  const { since, until, organisation } = header;
  return [
    ...(since > FIRST_MOMENT.toISOString() ? [`, ended since ${since}`] : []),
    ...(until < LAST_MOMENT.toISOString() ? [`, ended before ${until}`] : []),
    ...(organisation ? [`, of organisation ${organisation}; ${left_out} of others are named alone`] : []),
  ].join('');
}

function printChain({ entries, first, head, signed_by, faults, unchecked }: ExportedChain): void {
  const range = head ? `, ${first} to ${head.number}, signed by ${signed_by.join(', ') || 'nobody'}` : '';
  console.log(`chain    ${entries} entries${range}: ${faults.length > 0 ? 'NOT IN ORDER' : 'in order'}`);
  if (unchecked) console.log(`  ${unchecked}`);
}

/** A sentence that an older export keeps may say what the check finds again: it is shown once. */
function printFaults(faults: readonly AuditFault[]): void {
  const sentences = [...new Set(faults.map(wordsOfFault))];
  for (const sentence of sentences.slice(0, MOST_FAULTS)) console.log(`  ${sentence}`);
  if (sentences.length > MOST_FAULTS) console.log(`  … and ${sentences.length - MOST_FAULTS} more`);
}

function printHead({ head }: ExportedChain): void {
  if (head) console.log(`head     ${head.number}:${head.digest}`);
}
