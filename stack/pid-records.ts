import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess, politeStop, type StopStep } from './end-process.js';
import { readJson, writePrivateJson } from './private-file.js';
import { identify, isRunning, type ProcessIdentity } from './process-identity.js';

/** The next start needs this record to end a process that outlived its supervisor. */
interface PidRecord extends ProcessIdentity {
  command: string;
  stop: StopStep[];
}

const folderOf = (home: string) => join(home, 'run');
export const pidRecordPath = (home: string, name: string) => join(folderOf(home), `${name}.json`);

export function writePidRecord(home: string, name: string, pid: number, command: string, stop = politeStop) {
  mkdirSync(folderOf(home), { recursive: true, mode: 0o700 });
  const record: PidRecord = { ...identify(pid), command, stop };
  writePrivateJson(pidRecordPath(home, name), record);
}

export function removePidRecord(home: string, name: string): void {
  rmSync(pidRecordPath(home, name), { force: true });
}

/** Ends what an earlier supervisor of this home left running; a recycled pid is not touched. */
export async function endOrphans(home: string, log: (line: string) => void): Promise<void> {
  mkdirSync(folderOf(home), { recursive: true, mode: 0o700 });
  const files = readdirSync(folderOf(home)).filter((file) => file.endsWith('.json'));
  await Promise.all(files.map((file) => endOrphan(home, file.slice(0, -'.json'.length), log)));
}

export async function endOrphan(home: string, name: string, log: (line: string) => void): Promise<void> {
  const record = readJson(pidRecordPath(home, name)) as PidRecord | undefined;
  if (record !== undefined && record.pid !== process.pid && isRunning(record)) {
    log(`ending ${name} (pid ${record.pid}), left over from an earlier start`);
    const ended = await endProcess(record.pid, () => isRunning(record), record.stop);
    if (!ended) throw new Error(`${name} (pid ${record.pid}) of an earlier start cannot be ended`);
  }
  removePidRecord(home, name);
}
