import { createHash, type KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { canonical } from '../../platform/canonical.js';
import { digestOf } from '../../platform/digest.js';
import {
  type ArchivedExecution,
  type ChainEntry,
  endOf,
  type Head,
  signedArchive,
  textOf,
} from '../attestation/chain.js';
import { ChainCheck, type ChainFindings } from '../attestation/chain-check.js';
import { isSignedBy, readPublicKey, type Signature } from '../attestation/signer.js';
import {
  type Ending,
  type ExportedFindings,
  type ExportedRun,
  exportSealOf,
  type Header,
  type LeftOut,
  type Line,
  runSealOf,
} from './export.js';
import { type ExportFault, readNoted } from './fault.js';
import type { Verdict } from './proof.js';
import { areAsSigned } from './stored-history.js';
import { mismatchOf } from './verify.js';

type PublicKeys = ReadonlyMap<string, KeyObject>;

export interface ExportFindings {
  /** The verdicts in a file count only if it is whole and each line is as it was written. */
  as_written: 'yes' | 'no' | 'key_not_given';
  header: Header | null;
  chain: ExportedChain;
  /** The verdicts from the time when the export was made. */
  runs: Record<Verdict, number>;
  /** Runs of other organisations, which are named and not shown. */
  left_out: number;
  /** The faults: of the file as such first, then of the chain, then of the runs. */
  faults: ExportFault[];
}

/** The chain as it is in the file, with the faults that were noted when it was written. */
export type ExportedChain = Omit<ChainFindings, 'faults'> & { faults: ExportFault[] };

/**
 * Checks an export by public keys alone: that it is whole and as it was written, the chain, that every run which the
 * chain names for the period is there, and that its histories are those that were signed. What the events say was
 * compared with the histories when it was written, where the keys are that open them.
 */
export async function checkExport(
  path: string,
  trusted: PublicKeys | null,
  expected: Head | null,
): Promise<ExportFindings> {
  const check = new ExportCheck(trusted, expected);
  const input = createReadStream(path);
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) check.take(text);
  return check.end();
}

type StoredDigests = Pick<ArchivedExecution, 'temporal_run_id' | 'sha256'>[];

class ExportCheck {
  private readonly hash = createHash('sha256');
  private readonly chain: ChainCheck;
  private readonly said = new Map<string, ChainEntry[]>();
  private readonly seen = new Map<string, StoredDigests>();
  private readonly leftOut = new Set<string>();
  private readonly unknownKeys = new Set<string>();
  private readonly faults: ExportFault[] = [];
  private readonly runs = { verified: 0, mismatch: 0, pending: 0 };
  private readonly trusted: boolean;
  private keys: PublicKeys;
  private header: Header | null = null;
  private checked: ExportedFindings | null = null;
  private ending: Ending | null = null;
  private lines = 0;
  private odd: number | null = null;

  constructor(trusted: PublicKeys | null, expected: Head | null) {
    this.keys = trusted ?? new Map();
    this.trusted = trusted !== null;
    this.chain = new ChainCheck((entry) => this.isSigned(textOf(entry), entry), expected);
  }

  take(text: string): void {
    this.lines += 1;
    try {
      if (this.ending) throw new Error('nothing comes after the end');
      const line = JSON.parse(text) as Line;
      if (!('end' in line)) this.hash.update(`${text}\n`);
      this.read(line);
    } catch {
      this.odd ??= this.lines;
    }
  }

  end(): ExportFindings {
    const as_written = this.asWritten();
    const file = this.faultsOfFile(as_written);
    const now = this.chain.end();
    const known = new Set(now.faults.map(canonical));
    const noted = (this.checked?.faults ?? []).map(readNoted).filter((fault) => !known.has(canonical(fault)));
    const chain = { ...now, faults: [...now.faults, ...noted] };
    this.judgeRuns(chain, noted);
    const faults = [...file, ...chain.faults, ...this.faults];
    const { header, runs, leftOut } = this;
    return { as_written, header, chain, runs, left_out: leftOut.size, faults };
  }

  private read(line: Line): void {
    if ('end' in line) this.ending = line.end;
    else if ('export' in line) this.begin(line.export);
    else if ('entry' in line) this.takeEntry(line.entry);
    else if ('checked' in line) this.checked = line.checked;
    else if ('left_out' in line) this.takeLeftOut(line.left_out);
    else this.takeRun(line.run, line.signed);
  }

  private begin(header: Header): void {
    this.header = header;
    if (this.trusted) return;
    const keys = Object.entries(header.public_keys).map(([id, key]) => [id, readPublicKey(key)] as const);
    this.keys = new Map(keys.flatMap(([id, key]) => (key ? [[id, key]] : [])));
  }

  private takeEntry(entry: ChainEntry): void {
    this.chain.take(entry);
    if (entry.run_id === null || !this.isSigned(textOf(entry), entry)) return;
    this.said.set(entry.run_id, [...(this.said.get(entry.run_id) ?? []), entry]);
  }

  private takeRun(run: ExportedRun, signed: Signature | undefined): void {
    const { id, audit, histories } = run;
    const stored = histories.map(({ temporal_run_id, history }) => ({
      temporal_run_id,
      sha256: digestOf(Buffer.from(history, 'base64')),
    }));
    if (!this.isAsWritten(run, signed)) this.faults.push({ code: 'run_line_changed', run_id: id });
    else if (audit.verdict === 'mismatch')
      this.faults.push({ code: 'run_mismatch_when_exported', run: mismatchOf(audit) });
    this.runs[audit.verdict] += 1;
    this.seen.set(id, stored);
  }

  /** Returns true also if the key of the line is missing: the line cannot be judged then. */
  private isAsWritten(run: ExportedRun, signed: Signature | undefined): boolean {
    if (this.header?.version === 1) return true;
    if (!signed) return false;
    return this.isSigned(runSealOf(this.header?.id, run), signed) || !this.keys.has(signed.key_id);
  }

  private takeLeftOut({ id, verdict }: LeftOut): void {
    this.leftOut.add(id);
    if (verdict === 'mismatch') this.faults.push({ code: 'left_out_run_mismatch_when_exported', run_id: id });
  }

  /** Every run that the chain names for the period must be there, with its signed histories. */
  private judgeRuns({ removed, dropped_up_to }: ExportedChain, noted: readonly ExportFault[]): void {
    const up_to = this.checked?.up_to ?? Number.POSITIVE_INFINITY;
    for (const [id, stored] of this.seen) {
      const all = this.said.get(id) ?? [];
      const then = all.filter(({ number }) => number <= up_to);
      const fits = [then, all].some((entries) =>
        areAsSigned(stored, signedArchive(entries)?.executions ?? []),
      );
      if (!fits) this.faults.push({ code: 'run_histories_not_signed', run_id: id });
    }
    const gone = new Set(noted.map((fault) => (fault.code === 'run_gone' ? fault.run_id : null)));
    for (const [id, entries] of this.said) {
      const [first, last = first] = [entries[0], entries.at(-1)];
      if (!first || first.number > up_to || this.isThere(id)) continue;
      if (removed.has(id) || (last && last.number <= dropped_up_to)) continue;
      const ended = endOf(entries.filter(({ number }) => number <= up_to));
      if (ended === null || !this.isOfPeriod(ended) || gone.has(id)) continue;
      this.faults.push({ code: 'run_not_in_export', run_id: id, entry: first.number });
    }
  }

  private isThere(id: string): boolean {
    return this.seen.has(id) || this.leftOut.has(id);
  }

  private isOfPeriod(time: Date): boolean {
    if (!this.header) return false;
    return new Date(this.header.since) <= time && time < new Date(this.header.until);
  }

  private asWritten(): ExportFindings['as_written'] {
    const { ending, header, odd } = this;
    const sha256 = this.hash.digest('base64url');
    if (!ending || !header || odd !== null || ending.sha256 !== sha256) return 'no';
    if (this.isSigned(exportSealOf(sha256), ending)) return 'yes';
    return this.keys.has(ending.key_id) ? 'no' : 'key_not_given';
  }

  private faultsOfFile(as_written: ExportFindings['as_written']): ExportFault[] {
    const { ending, odd } = this;
    return [
      ...(odd === null ? [] : [{ code: 'line_unexpected' as const, line: odd }]),
      ...(ending ? [] : [{ code: 'end_missing' as const }]),
      ...(ending && as_written === 'no' ? [{ code: 'file_changed' as const }] : []),
      ...[...this.unknownKeys].map((key_id) => ({ code: 'key_not_given' as const, key_id })),
    ];
  }

  private isSigned(text: string, signature: Signature): boolean {
    const key = this.keys.get(signature.key_id);
    if (!key) this.unknownKeys.add(signature.key_id);
    return isSignedBy(key, text, signature);
  }
}
