import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { DataSource } from 'typeorm';
import type { AgentRun } from '../../platform/db/entities/run.entity.js';
import { type ChainEntry, type Head, signedArchive, textOf } from './chain.js';
import { ChainCheck, type ChainFindings } from './chain-check.js';
import { digestOf } from './digest.js';
import type { Verdict } from './proof.js';
import { isSignedBy, type Signature, type Signer } from './signer.js';
import { areAsSigned, storedHistories } from './stored-history.js';
import type { AuditedRun, Period } from './verify.js';

/** The lines of an export, in this order: what it is, the entries, the runs, and a signature of all that. Each is an object of one field. */
type Line =
  | { export: { version: 1; since: string; until: string; public_keys: Record<string, string> } }
  | { entry: ChainEntry }
  | { run: ExportedRun }
  | { end: Ending };

/** Of all lines before it. */
interface Ending extends Signature {
  sha256: string;
}

interface ExportedRun {
  id: string;
  shown: object;
  audit: AuditedRun;
  /** As they are archived: payloads in them are sealed. */
  histories: { temporal_run_id: string; history: string }[];
}

/** Writes what an auditor needs who has neither the database nor a key that signs. */
export class AuditExport {
  private readonly hash = createHash('sha256');

  private constructor(
    private readonly file: WriteStream,
    private readonly db: DataSource,
    private readonly signer: Signer,
  ) {}

  /** Never over a file that is there, and for nobody else to read. */
  static async begin(path: string, period: Period, signer: Signer, db: DataSource): Promise<AuditExport> {
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    await once(file, 'open');
    const made = new AuditExport(file, db, signer);
    const [since, until] = [period.since.toISOString(), period.until.toISOString()];
    await made.write({ export: { version: 1, since, until, public_keys: signer.publicKeys() } });
    return made;
  }

  entry(entry: ChainEntry): Promise<void> {
    return this.write({ entry });
  }

  async run(run: AgentRun, audit: AuditedRun): Promise<void> {
    const stored = await storedHistories(this.db, run.id).catch(() => []);
    const histories = stored.map(({ temporal_run_id, bytes }) => ({
      temporal_run_id,
      history: bytes.toString('base64'),
    }));
    await this.write({ run: { id: run.id, shown: shownOf(run), audit, histories } });
  }

  async end(): Promise<void> {
    const sha256 = this.hash.digest('base64url');
    await this.write({ end: { sha256, ...this.signer.sign(sealOf(sha256)) } });
    this.file.end();
    await once(this.file, 'close');
  }

  private async write(line: Line): Promise<void> {
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

const sealOf = (sha256: string) => `nightshift audit export ${sha256}`;

export interface ExportFindings {
  chain: ChainFindings;
  /** By the verdicts that were written when it was made. */
  runs: Record<Verdict, number>;
  faults: string[];
}

/**
 * Checks an export by public keys alone: that it is whole and as it was written, the chain, and that the histories of
 * each run are those that were signed. What the events say was compared with the histories when it was written, where the
 * keys are that open them.
 */
export async function checkExport(
  path: string,
  trusted: Record<string, string> | null,
  expected: Head | null,
): Promise<ExportFindings> {
  let keys = new Map<string, KeyObject>();
  const isSigned = (entry: ChainEntry) => isSignedBy(keys.get(entry.key_id), textOf(entry), entry);
  const hash = createHash('sha256');
  let ending: Ending | null = null;
  const check = new ChainCheck(isSigned, expected);
  const said = new Map<string, ChainEntry[]>();
  const faults: string[] = [];
  const runs = { verified: 0, mismatch: 0, pending: 0 };
  for await (const text of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const line = readLine(text);
    if (line === null || ending) {
      faults.push('It holds a line that no export holds there.');
      break;
    }
    if ('end' in line) {
      ending = line.end;
      continue;
    }
    hash.update(`${text}\n`);
    if ('export' in line) keys = readPublicKeys(trusted ?? line.export.public_keys);
    else if ('entry' in line) {
      check.take(line.entry);
      if (isSigned(line.entry)) note(line.entry, said);
    } else {
      runs[line.run.audit.verdict] += 1;
      if (line.run.audit.verdict === 'mismatch')
        faults.push(`Run ${line.run.id}: it did not verify when the export was written.`);
      const signed = signedArchive(said.get(line.run.id) ?? [])?.executions ?? [];
      const stored = line.run.histories.map(({ temporal_run_id, history }) => ({
        temporal_run_id,
        sha256: digestOf(Buffer.from(history, 'base64')),
      }));
      if (!areAsSigned(stored, signed))
        faults.push(`Run ${line.run.id}: its histories are not those that were signed.`);
    }
  }
  const sha256 = hash.digest('base64url');
  if (!ending) faults.push('It has no end: it was cut off, or it is no export.');
  else if (ending.sha256 !== sha256 || !isSignedBy(keys.get(ending.key_id), sealOf(sha256), ending))
    faults.push('It is not what was written: something was changed, taken away or added.');
  return { chain: check.end(), runs, faults };
}

function readLine(text: string): Line | null {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return null;
  }
}

/** What says something of the archive of a run. */
function note(entry: ChainEntry, said: Map<string, ChainEntry[]>): void {
  if ((entry.kind !== 'archived' && entry.kind !== 'adopted') || !entry.run_id) return;
  said.set(entry.run_id, [...(said.get(entry.run_id) ?? []), entry]);
}

function readPublicKeys(keys: Record<string, string>): Map<string, KeyObject> {
  return new Map(
    Object.entries(keys).map(([id, key]) => [
      id,
      createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' }),
    ]),
  );
}
