import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { endProcess, politeStop, type StopStep, sendSignal } from './end-process.js';
import { openLog } from './log-file.js';
import { removePidRecord, writePidRecord } from './pid-records.js';
import type { Errand } from './run-to-end.js';

export interface ProcessPlan extends Errand {
  /** Opens an IPC channel; its end tells the child that the supervisor is gone. */
  channel?: boolean;
  /** The supervisor calls this until it returns true; `saidReady` is set once the child sent the message `ready`. */
  ready: (child: { pid: number; saidReady: boolean }) => boolean | Promise<boolean>;
  readyWithinMs?: number;
  /** The number of attempts at the first start. */
  tries?: number;
  stop?: StopStep[];
  /** The signal for when there is no time to wait. */
  hardStop?: NodeJS.Signals;
  /** The files that the child makes are for its own account only. */
  private_files?: boolean;
}

const running = new Set<RunningChild>();
process.once('exit', () => forceAll());

/** Ends every child without waiting for it. */
function forceAll(): void {
  for (const child of running) child.force();
}

/** A child inherits the mask that holds at the moment it is made. */
function withUmask<T>(mask: number | null, make: () => T): T {
  if (mask === null) return make();
  const before = process.umask(mask);
  try {
    return make();
  } finally {
    process.umask(before);
  }
}

/** One life of a supervised process. Its record exists while it runs, and its output goes to its log. */
export class RunningChild {
  readonly process: ChildProcess;
  readonly startedAt = performance.now();
  /** A sentence that says how the process ended. */
  readonly ended: Promise<string>;
  running: boolean;
  saidReady = false;

  constructor(
    readonly plan: ProcessPlan,
    home: string,
  ) {
    const { name, command, args, env, cwd, account, channel, stop } = plan;
    const log = openLog(home, name);
    const stdio: ('ignore' | 'ipc' | number)[] = ['ignore', log, log];
    if (channel) stdio.push('ipc');
    const child = withUmask(plan.private_files ? 0o077 : null, () =>
      spawn(command, args, { env, cwd, ...account, stdio, detached: true }),
    );
    closeSync(log);
    this.process = child;
    this.running = child.pid !== undefined;
    if (child.pid !== undefined) {
      running.add(this);
      this.#record(home, [command, ...args].join(' '), stop);
    }
    child.on('message', (message) => {
      if (message === 'ready') this.saidReady = true;
    });
    this.ended = new Promise((resolve) => {
      const end = (how: string) => {
        this.running = false;
        running.delete(this);
        removePidRecord(home, name);
        resolve(how);
      };
      child.on('error', (error) => child.pid === undefined && end(`could not be started (${error.message})`));
      child.once('exit', (code, by) => end(`ended with ${by ?? `code ${code}`}`));
    });
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** A child without a record would outlive a killed supervisor, so it does not live at all. */
  #record(home: string, words: string, stop?: StopStep[]): void {
    try {
      writePidRecord(home, this.plan.name, this.pid, words, stop);
    } catch (error) {
      this.force();
      throw error;
    }
  }

  async end(): Promise<void> {
    if (!this.running) return;
    const ended = await endProcess(this.pid, () => this.running, this.plan.stop ?? politeStop);
    if (!ended) throw new Error(`${this.plan.name} (pid ${this.pid}) cannot be ended`);
  }

  force(): void {
    if (this.running) sendSignal(this.pid, this.plan.hardStop ?? 'SIGKILL');
  }
}
