import { rmSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { createOfflineModel } from '../../offline-model/server.js';
import { startPostgres } from '../../stack/postgres.js';
import { startTemporal } from '../../stack/temporal/server.js';
import { makeTemplate } from './database.js';
import { freePorts } from './free-ports.js';
import { temporaryHome, UNSAFE_BUT_QUICK } from './temporary-home.js';

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: string;
    temporal: string;
    model: string;
  }
}

/** Starts one real PostgreSQL with a migrated template, one real Temporal and one offline model, for all test files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = temporaryHome();
  const last: (() => Promise<void>)[] = [async () => rmSync(home, { recursive: true, force: true })];
  const teardown = async () => {
    for (const stop of last.splice(0).reverse()) await stop();
  };
  try {
    const [port, temporalPort, uiPort] = await freePorts(3);
    const started = await Promise.allSettled([
      held(last, startPostgres({ home, port, log, settings: UNSAFE_BUT_QUICK })),
      held(last, startTemporal({ home, port: temporalPort, uiPort, namespace: 'default', log })),
      createOfflineModel(),
    ]);
    const [postgres, temporal, model] = [settled(started[0]), settled(started[1]), settled(started[2])];
    last.push(() => model.close());
    await makeTemplate(postgres.url);
    project.provide('postgres', postgres.url);
    project.provide('temporal', temporal.address);
    project.provide('model', model.url);
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}

async function held<T extends { stop(): Promise<void> }>(
  last: (() => Promise<void>)[],
  starting: Promise<T>,
): Promise<T> {
  const started = await starting;
  last.push(() => started.stop());
  return started;
}

/** All have settled, so what did start is known and can be stopped. */
function settled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function log(line: string): void {
  process.stdout.write(`  ${line}\n`);
}
