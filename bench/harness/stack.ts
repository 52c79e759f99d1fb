import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../src/platform/config/environment.js';
import { entriesIn } from '../../stack/entries.js';
import { openHome } from '../../stack/home.js';
import type { StackStart } from '../../stack/parts.js';
import { sharedPlaceOf } from '../../stack/postgres/shared-folder.js';
import type { Postgres } from '../../stack/postgres.js';
import { type Service, Stack } from '../../stack/stack.js';
import { type Started, startStack, stopOrder } from '../../stack/start-stack.js';
import { createStep } from '../../stack/steps.js';
import type { Temporal } from '../../stack/temporal/server.js';
import { ownSource } from './own-settings.js';
import type { Pids } from './processes.js';

/** The running product, and what it takes to start more beside it. */
export interface BenchStack extends StackStart, Pick<Started, 'url'> {
  api_key: string;
  postgres: Postgres;
  temporal: Temporal;
  pids(...names: string[]): Pids;
  /** Returns whether a service was started under this name. */
  runs(name: string): boolean;
}

/** Holds every running service by name; one that a part started stops before the product. */
class HeldServices extends Stack {
  readonly held = new Map<string, Service>();
  readonly #order: string[];

  constructor() {
    const order = [...stopOrder];
    super(order, () => undefined);
    this.#order = order;
  }

  override hold<T extends Service>(name: string, service: T): T {
    if (!this.#order.includes(name)) this.#order.unshift(name);
    this.held.set(name, service);
    return super.hold(name, service);
  }

  get<T>(name: string): T {
    const service = this.held.get(name);
    if (service === undefined) throw new Error(`${name} does not run`);
    return service as T;
  }
}

/** The whole product, as `npm start` starts it, in a folder that is gone afterwards. */
export async function withStack(
  print: (line: string) => void,
  signal: AbortSignal,
  work: (bench: BenchStack) => Promise<void>,
): Promise<void> {
  const source = await ownSource();
  const home = openHome(join(tmpdir(), `nightshift-bench-${randomBytes(4).toString('hex')}`));
  const removeHome = () => remove(home.path);
  process.once('exit', removeHome);
  const stack = new HeldServices();
  const start: StackStart = {
    home: home.path,
    source,
    environment: readEnvironment(source),
    entries: entriesIn(join(import.meta.dirname, '../..')),
    stack,
    step: createStep(print),
    log: (line) => print(`  ${line}`),
    signal,
  };
  try {
    const { url, api_key = '' } = await startStack(start);
    const postgres = stack.get<Postgres>('postgres');
    const temporal = stack.get<Temporal>('temporal');
    const pid = (name: string) => stack.get<{ pid: number }>(name).pid;
    const pids = (...names: string[]) => Object.fromEntries(names.map((name) => [name, pid(name)]));
    const runs = (name: string) => stack.held.has(name);
    await work({ ...start, url, api_key, postgres, temporal, pids, runs });
  } finally {
    await start.step('stopped', () => stack.stop());
    removeHome();
    process.off('exit', removeHome);
  }
}

/** PostgreSQL's data may lie elsewhere, behind a link. */
function remove(home: string): void {
  if (lstatSync(join(home, 'postgres'), { throwIfNoEntry: false })?.isSymbolicLink()) {
    removeFolder(sharedPlaceOf(home));
  }
  removeFolder(home);
}

/** A server that was ended by force may write and delete for a moment yet. */
function removeFolder(path: string): void {
  for (let tries = 0; tries < 30 && existsSync(path); tries += 1) {
    if (tries > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    try {
      rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if (tries === 29) throw error;
    }
  }
}
