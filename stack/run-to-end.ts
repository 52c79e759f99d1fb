import { spawn } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { endProcess, politeStop, sendSignal } from './end-process.js';
import { logPath, openLog } from './log-file.js';
import { removePidRecord, writePidRecord } from './pid-records.js';

export interface Errand {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  account?: { uid: number; gid: number };
}

/** Runs a process that ends by itself and gives back what it printed; its errors go to its log. */
export async function runToEnd(errand: Errand, home: string, signal?: AbortSignal): Promise<string> {
  signal?.throwIfAborted();
  const { name, command, args, env, cwd, account } = errand;
  const child = spawn(command, args, { env, cwd, ...account, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${error.message})`));
    child.once('close', (code, by) => resolve(code === 0 ? undefined : `ended with ${by ?? `code ${code}`}`));
  });
  const { pid } = child;
  const stop = () => {
    if (pid !== undefined)
      void endProcess(pid, () => child.exitCode === null && child.signalCode === null, politeStop);
  };
  const stopNow = () => pid !== undefined && sendSignal(pid, 'SIGKILL');
  if (pid !== undefined) writePidRecord(home, name, pid, [command, ...args].join(' '));
  signal?.addEventListener('abort', stop, { once: true });
  process.once('exit', stopNow);
  const [output, errors, failure] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  signal?.removeEventListener('abort', stop);
  process.off('exit', stopNow);
  removePidRecord(home, name);
  if (errors !== '') append(home, name, errors);
  signal?.throwIfAborted();
  if (failure === undefined) return output;
  throw new Error(
    `${name} ${failure}. Its log: ${logPath(home, name)}\n${`${output}\n${errors}`.trim().slice(-2000)}`,
  );
}

function append(home: string, name: string, words: string): void {
  const log = openLog(home, name);
  writeSync(log, words);
  closeSync(log);
}
