import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Checked, OwnSchema } from '../../../activities/model/own-schema.js';
import { AppError } from '../http/app-error.js';
import type { JsonSchema } from './compiled.js';
import { FairQueue } from './fair-queue.js';
import type { Task } from './thread.js';

const BESIDE = new URL('./thread.js', import.meta.url);
/** The compiled file, also where this one runs from source. */
const FILE = existsSync(BESIDE)
  ? BESIDE
  : new URL('../../../dist/src/platform/json-schema/thread.js', import.meta.url);

/**
 * The deadline is processor time, so that a busy machine changes no answer. It is three times the longest check that
 * the count allows.
 */
const DEADLINE_MS = 1000;
/** This limit covers a thread that gets no processor time, or does not report it. */
const LONGEST_MS = 15_000;
const LOOK_EVERY_MS = 100;
const LONGEST_START_MS = 30_000;
const LIMITS = { deadline_ms: DEADLINE_MS, most_waiting: 200, longest_wait_ms: 30_000 };
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

interface Waiting {
  task: Task;
  /** The task's turn has come, so it waits no longer. */
  begins(): void;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** `cut` says why the thread was ended before it answered. */
type Answer = { answer: unknown } | { cut: string };

/**
 * Reads the schemas that people wrote, and checks values against them, in a thread of its own: one task at a time, with
 * a deadline and a limit on its memory. A task that exceeds either ends the thread; the next task begins another.
 */
export class SchemaThread {
  private readonly waiting: FairQueue<Waiting>;
  private worker: Worker | null = null;
  private working = false;
  private readonly limits: typeof LIMITS;

  constructor(limits: Partial<typeof LIMITS> = {}) {
    this.limits = { ...LIMITS, ...limits };
    this.waiting = new FairQueue(this.limits.most_waiting);
  }

  /** Fails with the reason of the signal where that is aborted before the check begins. */
  async check(
    { organisation_id, id, schema }: OwnSchema,
    value: unknown,
    signal?: AbortSignal,
  ): Promise<Checked> {
    const answered = await this.ask(organisation_id, { kind: 'check', id, schema, value }, signal);
    return 'cut' in answered
      ? { verdict: 'refused', why: `${answered.cut} to check: send less, or publish a simpler schema` }
      : (answered.answer as Checked);
  }

  /** Returns why a schema cannot be used, or null. */
  async problem(organisation_id: string, schema: JsonSchema): Promise<string | null> {
    const answered = await this.ask(organisation_id, { kind: 'problem', schema });
    return 'cut' in answered
      ? `${answered.cut} to read: make it simpler`
      : (answered.answer as string | null);
  }

  private ask(organisation_id: string, task: Task, signal?: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const leave = (reason: unknown) => {
        if (!this.waiting.remove(organisation_id, waiting)) return;
        waiting.begins();
        reject(reason);
      };
      const left = () => leave(signal?.reason);
      const late = setTimeout(() => leave(waitedTooLong(this.limits)), this.limits.longest_wait_ms);
      const begins = () => {
        clearTimeout(late);
        signal?.removeEventListener('abort', left);
      };
      const waiting: Waiting = { task, begins, resolve, reject };
      signal?.addEventListener('abort', left);
      if (!this.waiting.add(organisation_id, waiting)) {
        begins();
        throw tooManyWait(this.limits);
      }
      if (!this.working) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.working = true;
    for (let next = this.waiting.next(); next; next = this.waiting.next()) {
      const began = performance.now();
      next.one.begins();
      await this.answer(next.one.task).then(next.one.resolve, next.one.reject);
      this.waiting.charge(next.owner, performance.now() - began);
    }
    this.working = false;
  }

  private async answer(task: Task): Promise<Answer> {
    const worker = await this.started();
    // A value that cannot be sent fails here, before anybody listens for its answer.
    worker.postMessage(task);
    const deadline = new AbortController();
    const watch = watched(worker, this.limits.deadline_ms, () => deadline.abort());
    try {
      const [answer] = await once(worker, 'message', { signal: deadline.signal });
      return { answer };
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

function tooManyWait({ most_waiting }: typeof LIMITS): AppError {
  return new AppError(
    'too_many_checks',
    `${most_waiting} values of this organisation wait to be checked here; try again.`,
  );
}

function waitedTooLong({ longest_wait_ms }: typeof LIMITS): AppError {
  return new AppError(
    'too_many_checks',
    `It waited ${longest_wait_ms / 1000} s to be checked here; try again.`,
  );
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
