import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Checked, OwnSchema } from '../../activities/model/own-schema.js';
import { AppError } from '../http/app-error.js';
import type { JsonSchema } from './compiled.js';
import { FairQueue } from './fair-queue.js';
import type { Task } from './thread.js';

const BESIDE = new URL('./thread.js', import.meta.url);
/** The compiled file, also where this one runs from source. */
const FILE = existsSync(BESIDE) ? BESIDE : new URL('../../dist/src/json-schema/thread.js', import.meta.url);

/** In processor time, so that a busy machine changes no answer; three times what a check takes at the most that is counted. */
const DEADLINE_MS = 1000;
/** For a thread that gets no processor time, or does not say how much it got. */
const LONGEST_MS = 15_000;
const LOOK_EVERY_MS = 100;
const LONGEST_START_MS = 30_000;
const MOST_WAITING = 200;
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

interface Waiting {
  task: Task;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** `cut` says why the thread was ended before it answered. */
type Answer = { answer: unknown } | { cut: string };

/**
 * Reads the schemas that people wrote, and holds values against them, in a thread of its own: one task at a time, with a
 * deadline and a limit on its memory. A task that goes beyond either ends the thread; the next begins another.
 */
export class SchemaThread {
  private readonly waiting: FairQueue<Waiting>;
  private worker: Worker | null = null;
  private working = false;

  constructor(private readonly limits = { deadline_ms: DEADLINE_MS, most_waiting: MOST_WAITING }) {
    this.waiting = new FairQueue(limits.most_waiting);
  }

  async check({ organisation_id, id, schema }: OwnSchema, value: unknown): Promise<Checked> {
    const answered = await this.ask(organisation_id, { kind: 'check', id, schema, value });
    return 'cut' in answered
      ? { verdict: 'refused', why: `${answered.cut} to check: send less, or publish a simpler schema` }
      : (answered.answer as Checked);
  }

  /** Why a schema cannot be used, or null. */
  async problem(organisation_id: string, schema: JsonSchema): Promise<string | null> {
    const answered = await this.ask(organisation_id, { kind: 'problem', schema });
    return 'cut' in answered
      ? `${answered.cut} to read: make it simpler`
      : (answered.answer as string | null);
  }

  private ask(organisation_id: string, task: Task): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (!this.waiting.add(organisation_id, { task, resolve, reject }))
        throw new AppError(
          'too_many_checks',
          `${this.limits.most_waiting} values of this organisation wait to be checked here; try again.`,
        );
      if (!this.working) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.working = true;
    for (let next = this.waiting.next(); next; next = this.waiting.next()) {
      const began = performance.now();
      await this.answer(next.one.task).then(next.one.resolve, next.one.reject);
      this.waiting.charge(next.owner, performance.now() - began);
    }
    this.working = false;
  }

  private async answer(task: Task): Promise<Answer> {
    const worker = await this.started();
    const deadline = new AbortController();
    const answer = once(worker, 'message', { signal: deadline.signal });
    worker.postMessage(task);
    const watch = watched(worker, this.limits.deadline_ms, () => deadline.abort());
    try {
      return { answer: (await answer)[0] };
    } catch (error) {
      this.end(worker);
      if (deadline.signal.aborted) return { cut: `takes more than ${this.limits.deadline_ms} ms` };
      if (isOutOfMemory(error)) return { cut: `takes more than ${HEAP.maxOldGenerationSizeMb} MB of memory` };
      throw error;
    } finally {
      clearInterval(watch);
    }
  }

  private async started(): Promise<Worker> {
    if (this.worker) return this.worker;
    const worker = new Worker(FILE, { resourceLimits: HEAP, env: {} });
    worker.unref();
    worker.on('error', () => this.end(worker));
    worker.on('exit', () => this.end(worker));
    await once(worker, 'message', { signal: AbortSignal.timeout(LONGEST_START_MS) }).catch((error) => {
      this.end(worker);
      throw error;
    });
    this.worker = worker;
    return worker;
  }

  private end(worker: Worker): void {
    if (this.worker === worker) this.worker = null;
    void worker.terminate();
  }
}

/** A task that ends before the first look costs no look. */
function watched(worker: Worker, deadline_ms: number, cut: () => void): NodeJS.Timeout {
  const began = performance.now();
  let before: NodeJS.CpuUsage | undefined;
  return setInterval(() => {
    // An answer that came while this process was busy itself is read first.
    if (performance.now() - began > LONGEST_MS) setImmediate(cut);
    worker.cpuUsage().then(
      (usage) => {
        before ??= usage;
        if ((usage.user + usage.system - before.user - before.system) / 1000 > deadline_ms) cut();
      },
      () => undefined,
    );
  }, LOOK_EVERY_MS);
}

function isOutOfMemory(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
}

/** The one of this process. */
export const schemaThread = new SchemaThread();
