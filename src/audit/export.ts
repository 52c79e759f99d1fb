import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { AgentRun } from '../db/entities/run.entity.js';
import { historyCodec } from '../temporal/engine.js';
import type { Archiver } from './archiver.js';
import { sha256 } from './archiver.js';
import { type ChainEntry, type Head, textOf } from './chain.js';
import { ChainCheck, type ChainFindings } from './chain-check.js';
import type { AuditedRun, Period } from './verify.js';

/** The lines of an export, in this order: one head, the entries, the runs. Each is an object of one field. */
type Line =
  | { export: { version: 1; since: string; until: string; public_keys: Record<string, string> } }
  | { entry: ChainEntry }
  | { run: ExportedRun };

interface ExportedRun {
  id: string;
  shown: object;
  audit: AuditedRun;
  /** As they are archived: payloads in them are sealed. */
  histories: { temporal_run_id: string; history: string }[];
}

/** Writes what an auditor needs who has neither the database nor a key that signs. */
export class AuditExport {
  private constructor(
    private readonly file: WriteStream,
    private readonly archiver: Archiver,
  ) {}

  /** Never over a file that is there, and for nobody else to read. */
  static async begin(
    path: string,
    period: Period,
    public_keys: Record<string, string>,
    archiver: Archiver,
  ): Promise<AuditExport> {
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    await once(file, 'open');
    const made = new AuditExport(file, archiver);
    const [since, until] = [period.since.toISOString(), period.until.toISOString()];
    await made.write({ export: { version: 1, since, until, public_keys } });
    return made;
  }

  entry(entry: ChainEntry): Promise<void> {
    return this.write({ entry });
  }

  async run(run: AgentRun, audit: AuditedRun): Promise<void> {
    const kept = await this.archiver.read(run.id).catch(() => []);
    const histories = kept.map(({ temporal_run_id, history }) => ({
      temporal_run_id,
      history: Buffer.from(historyCodec.encode(history).finish()).toString('base64'),
    }));
    await this.write({ run: { id: run.id, shown: shownOf(run), audit, histories } });
  }

  async end(): Promise<void> {
    this.file.end();
    await once(this.file, 'close');
  }

  private async write(line: Line): Promise<void> {
    if (!this.file.write(`${JSON.stringify(line)}\n`)) await once(this.file, 'drain');
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

export interface ExportFindings {
  chain: ChainFindings;
  runs: number;
  faults: string[];
}

/**
 * Checks an export by public keys alone: the chain, and that the histories of each run are those that were signed. What
 * the events say can be compared with histories only where their payloads are opened, and so where the keys are.
 */
export async function checkExport(
  path: string,
  trusted: Record<string, string> | null,
  expected: Head | null,
): Promise<ExportFindings> {
  let keys = new Map<string, KeyObject>();
  const isSigned = (entry: ChainEntry) => {
    const key = keys.get(entry.key_id);
    const signature = Buffer.from(entry.signature, 'base64url');
    return key !== undefined && verify(null, Buffer.from(textOf(entry)), key, signature);
  };
  const check = new ChainCheck(isSigned, expected);
  const archived = new Map<string, Map<string, string>>();
  const faults: string[] = [];
  let runs = 0;
  for await (const text of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const line = JSON.parse(text) as Line;
    if ('export' in line) keys = readPublicKeys(trusted ?? line.export.public_keys);
    else if ('entry' in line) {
      check.take(line.entry);
      if (isSigned(line.entry)) note(line.entry, archived);
    } else {
      runs += 1;
      const signed = archived.get(line.run.id) ?? new Map<string, string>();
      const kept = line.run.histories;
      const same =
        kept.length === signed.size &&
        kept.every(
          ({ temporal_run_id, history }) =>
            signed.get(temporal_run_id) === sha256(Buffer.from(history, 'base64')),
        );
      if (!same) faults.push(`Run ${line.run.id}: its histories are not those that were signed.`);
    }
  }
  return { chain: check.end(), runs, faults };
}

function note(entry: ChainEntry, archived: Map<string, Map<string, string>>): void {
  if ((entry.kind !== 'archived' && entry.kind !== 'adopted') || !entry.run_id) return;
  if (entry.kind === 'adopted' && entry.facts.executions.length === 0) return;
  archived.set(
    entry.run_id,
    new Map(entry.facts.executions.map(({ temporal_run_id, sha256: digest }) => [temporal_run_id, digest])),
  );
}

function readPublicKeys(keys: Record<string, string>): Map<string, KeyObject> {
  return new Map(
    Object.entries(keys).map(([id, key]) => [
      id,
      createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' }),
    ]),
  );
}
