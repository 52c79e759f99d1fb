import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, vi } from 'vitest';
import { type Seeded, seed } from '../../src/commands/seed.js';
import { createDataSource } from '../../src/platform/db/data-source.js';
import { Caller } from './caller.js';
import { cloneDatabase, dropDatabase } from './database.js';
import { freePorts } from './free-ports.js';
import { PAYLOAD_KEYS } from './payload-keys.js';
import { Program } from './program.js';
import { SIGNING_KEYS } from './signing-keys.js';

export interface Parts {
  postgres: string;
  temporal: string;
  model: string;
}

/** The real API and worker over a database and a task queue of their own. */
export class TestStack {
  readonly name = `t_${randomUUID().replaceAll('-', '')}`;
  readonly programs: Program[] = [];
  database = '';
  tenant!: Seeded & { api_key: string };
  private readonly last: (() => Promise<unknown>)[] = [];

  constructor(
    readonly parts: Parts,
    private readonly settings: Record<string, string> = {},
  ) {}

  async open(): Promise<void> {
    this.database = await cloneDatabase(this.parts.postgres, this.name);
    this.last.push(() => dropDatabase(this.parts.postgres, this.name));
    this.tenant = await this.seed('Acme', 'owner@acme.test');
  }

  /** Closes in the reverse order of opening; a program left running would fail the file. */
  async close(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.end()));
    for (const step of this.last.reverse()) await step();
  }

  get environment(): Record<string, string> {
    return {
      DATABASE_URL: this.database,
      TEMPORAL_ADDRESS: this.parts.temporal,
      TEMPORAL_TASK_QUEUE: this.name,
      TEMPORAL_PAYLOAD_KEYS: PAYLOAD_KEYS,
      AUDIT_SIGNING_KEYS: SIGNING_KEYS,
      OPENAI_BASE_URL: this.parts.model,
      OPENAI_API_KEY: 'offline',
      OPERATING_BACKGROUND_ENABLED: 'false',
      DOC_REVIEW_DELAY_SECONDS: '3600',
      ...this.settings,
    };
  }

  async seed(organisation: string, email: string): Promise<Seeded & { api_key: string }> {
    const db = await createDataSource(this.database, 1).initialize();
    try {
      const made = await seed(db, { organisation, project: 'Project', email, name: email, new_key: true });
      return { ...made, api_key: made.api_key ?? '' };
    } finally {
      await db.destroy();
    }
  }

  async query<T = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> {
    const { withDatabase } = await import('./database.js');
    return withDatabase(
      this.parts.postgres,
      this.name,
      async (db) => (await db.query(sql, values)).rows as T[],
    );
  }

  async startApi(settings: Record<string, string> = {}): Promise<{ program: Program; url: string }> {
    const [port] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    const program = this.start('api', { NIGHTSHIFT_PORT: String(port), ...settings });
    await untilReady(program);
    return { program, url };
  }

  async startWorker(settings: Record<string, string> = {}, build?: string): Promise<Program> {
    const program = this.start('worker', settings, build);
    await untilReady(program);
    return program;
  }

  caller(url: string, api_key = this.tenant.api_key): Caller {
    return new Caller(url, api_key);
  }

  private start(name: 'api' | 'worker', settings: Record<string, string>, build?: string): Program {
    const program = Program.start(name, { ...this.environment, ...settings }, [], build);
    this.programs.push(program);
    return program;
  }
}

export const LONG = { timeout: 45_000, interval: 50 };

/** The process itself says so: another one might answer on its port. */
async function untilReady(program: Program): Promise<void> {
  let ready = false;
  program.child.once('message', () => {
    ready = true;
  });
  await vi.waitFor(() => {
    expect(program.running, program.log).toBe(true);
    expect(ready).toBe(true);
  }, LONG);
}

/** The usual: one API and one worker for the whole file, on the shared PostgreSQL and Temporal. */
export function useStack(settings: Record<string, string> = {}) {
  const stack = new TestStack(
    { postgres: inject('postgres'), temporal: inject('temporal'), model: inject('model') },
    settings,
  );
  const used = {
    stack,
    url: '',
    api: undefined as unknown as Caller,
    worker: undefined as unknown as Program,
  };
  beforeAll(async () => {
    await stack.open();
    const [{ url }, worker] = await Promise.all([stack.startApi(), stack.startWorker()]);
    used.url = url;
    used.worker = worker;
    used.api = stack.caller(url);
  });
  afterAll(() => stack.close());
  return used;
}
