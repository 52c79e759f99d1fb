import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { DataSource } from 'typeorm';
import type { AgentRun } from '../../platform/db/entities/run.entity.js';
import { digestOf } from '../../platform/digest.js';
import type { ChainEntry } from '../attestation/chain.js';
import type { Signature, Signer } from '../attestation/signer.js';
import type { ReadingFault } from './fault.js';
import type { Verdict } from './proof.js';
import { storedHistories } from './stored-history.js';
import type { AuditedRun } from './verify.js';
import type { Period } from './verify.store.js';

/**
 * The lines of an export: its header, the entries, the runs (those of other organisations by id alone), the entries
 * added meanwhile, the findings of the check, and a signature of all lines before it. Version 1 signed no single run
 * and kept no findings; version 2 kept faults as sentences.
 */
export type Line =
  | { export: Header }
  | { entry: ChainEntry }
  | { run: ExportedRun; signed?: Signature }
  | { left_out: LeftOut }
  | { checked: ExportedFindings }
  | { end: Ending };

export interface Header {
  version: 1 | 2 | 3;
  id?: string;
  since: string;
  until: string;
  /** The export holds the runs of this organisation alone. */
  organisation?: string;
  public_keys: Record<string, string>;
}

export interface ExportedRun {
  id: string;
  shown: object;
  audit: AuditedRun;
  /** The histories as they are archived, with sealed payloads. */
  histories: { temporal_run_id: string; history: string }[];
}

/** A run of another organisation: checked, and not shown. */
export interface LeftOut {
  id: string;
  verdict: Verdict;
}

/** The faults that the check found in the chain when it wrote the export. */
export interface ExportedFindings {
  /** The last entry that was read before the runs: every run that an entry up to it names was looked for. */
  up_to: number;
  faults: (ReadingFault | string)[];
}

/** The signature of all lines before it. */
export interface Ending extends Signature {
  sha256: string;
}

/** Writes what an auditor needs who has neither the database nor a key that signs. */
export class AuditExport {
  private readonly hash = createHash('sha256');
  private readonly id = randomUUID();
  private failure: Error | null = null;

  private constructor(
    private readonly file: WriteStream,
    private readonly db: DataSource,
    private readonly signer: Signer,
    private readonly organisation: string | null,
  ) {
    file.on('error', (error) => {
      this.failure ??= error;
    });
  }

  /** Creates a new file, never over an existing one, that nobody else can read. */
  static async begin(
    path: string,
    { period, organisation = null }: { period: Period; organisation?: string | null },
    signer: Signer,
    db: DataSource,
  ): Promise<AuditExport> {
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    await once(file, 'open');
    const made = new AuditExport(file, db, signer, organisation);
    const [since, until] = [period.since.toISOString(), period.until.toISOString()];
    const public_keys = signer.publicKeys();
    const about = { since, until, ...(organisation === null ? {} : { organisation }) };
    await made.write({ export: { version: 3, id: made.id, ...about, public_keys } });
    return made;
  }

  entry(entry: ChainEntry): Promise<void> {
    return this.write({ entry });
  }

  async run(run: AgentRun, audit: AuditedRun): Promise<void> {
    if (this.organisation !== null && run.organisation_id !== this.organisation)
      return this.write({ left_out: { id: run.id, verdict: audit.verdict } });
    const stored = await storedHistories(this.db, run.id).catch(() => []);
    const histories = stored.map(({ temporal_run_id, bytes }) => ({
      temporal_run_id,
      history: bytes.toString('base64'),
    }));
    const line = { id: run.id, shown: shownOf(run), audit, histories };
    await this.write({ run: line, signed: this.signer.sign(runSealOf(this.id, line)) });
  }

  async end(checked: ExportedFindings): Promise<void> {
    await this.write({ checked });
    const sha256 = this.hash.digest('base64url');
    await this.write({ end: { sha256, ...this.signer.sign(exportSealOf(sha256)) } });
    this.file.end();
    await once(this.file, 'close');
    if (this.failure) throw this.failure;
  }

  private async write(line: Line): Promise<void> {
    if (this.failure) throw this.failure;
    const text = `${JSON.stringify(line)}\n`;
    if (!('end' in line)) this.hash.update(text);
    if (!this.file.write(text)) await once(this.file, 'drain');
  }
}

const shownOf = ({ agent, status, attempt, result, error, usage, progress, finished_at }: AgentRun) => ({
  agent,
  status,
  attempt,
  result,
  error,
  usage,
  progress,
  finished_at,
});

/** The text that the end of an export signs. */
export const exportSealOf = (sha256: string) => `nightshift audit export ${sha256}`;

/** The text that the line of a run signs. It names the export, so that the line fits into no other one. */
export const runSealOf = (id: string | undefined, run: ExportedRun) =>
  `nightshift audit export ${id} run ${digestOf(JSON.stringify(run))}`;
