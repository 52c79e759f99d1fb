import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { launch, launchFirst, NotReady } from './launch.js';
import { logPath, rotateLarge } from './log-file.js';
import type { ProcessPlan, RunningChild } from './running-child.js';

interface Backoff {
  firstMs: number;
  mostMs: number;
  /** A process that has run this long starts from `firstMs` again. */
  healthyAfterMs: number;
}

export interface Supervision {
  home: string;
  log: (line: string) => void;
  /** Gives the first start up. */
  signal?: AbortSignal;
  backoff?: Backoff;
  /** The interval between looks at the log, and its largest size. */
  rotateEveryMs?: number;
  mostLogBytes?: number;
}

const usualBackoff: Backoff = { firstMs: 500, mostMs: 15_000, healthyAfterMs: 60_000 };

/** Comes back when the process is ready; from then on a crash starts it again. */
export async function superviseProcess(
  plan: ProcessPlan,
  supervision: Supervision,
): Promise<SupervisedProcess> {
  return new SupervisedProcess(plan, supervision, await launchFirst(plan, supervision));
}

export class SupervisedProcess {
  #child: RunningChild;
  #waitMs = 0;
  #atOnce = false;
  #onReady: (() => void)[] = [];
  #closing = new AbortController();
  #wake = new AbortController();
  readonly #done: Promise<void>;

  constructor(
    readonly plan: ProcessPlan,
    readonly supervision: Supervision,
    child: RunningChild,
  ) {
    this.#child = child;
    const { home, rotateEveryMs = 30_000, mostLogBytes } = this.supervision;
    const rotating = setInterval(() => rotateLarge(home, plan.name, mostLogBytes), rotateEveryMs).unref();
    this.#done = this.#keepRunning().finally(() => clearInterval(rotating));
  }

  get name(): string {
    return this.plan.name;
  }

  get pid(): number {
    return this.#child.pid;
  }

  get process(): ChildProcess {
    return this.#child.process;
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    this.#wake.abort();
    await this.#child.end();
    await this.#done;
  }

  /** Ends the process and comes back when its successor is ready. */
  async restart(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const again = new Promise<void>((resolve) => this.#onReady.push(resolve));
    this.#atOnce = true;
    this.#wake.abort();
    await this.#child.end();
    await again;
  }

  async #keepRunning(): Promise<void> {
    let how = await this.#child.ended;
    while (!this.#closing.signal.aborted) {
      if (!this.#atOnce) await this.#backOff(how);
      this.#atOnce = false;
      this.#wake = new AbortController();
      how = await this.#runAgain();
    }
    this.#tellReady();
  }

  async #backOff(how: string): Promise<void> {
    const { log, home, backoff = usualBackoff } = this.supervision;
    const lived = performance.now() - this.#child.startedAt;
    const fresh = this.#waitMs === 0 || lived >= backoff.healthyAfterMs;
    this.#waitMs = fresh ? backoff.firstMs : Math.min(this.#waitMs * 2, backoff.mostMs);
    log(
      `${this.name} ${how}; starting it again in ${this.#waitMs / 1000} s (log: ${logPath(home, this.name)})`,
    );
    await pause(this.#waitMs, undefined, { signal: this.#wake.signal }).catch(() => undefined);
  }

  /** Comes back with how it ended, be it before or after it was ready. */
  async #runAgain(): Promise<string> {
    const { home, log } = this.supervision;
    const onSpawn = (child: RunningChild) => {
      this.#child = child;
    };
    try {
      await launch(this.plan, { home, signal: this.#closing.signal, onSpawn });
      log(`${this.name} runs again (pid ${this.pid})`);
      this.#tellReady();
      return await this.#child.ended;
    } catch (error) {
      return error instanceof NotReady ? error.how : `could not be started (${String(error)})`;
    }
  }

  #tellReady(): void {
    for (const tell of this.#onReady.splice(0)) tell();
  }
}
