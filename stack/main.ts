import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from '../src/platform/config/environment.js';
import { withdrawUrl } from './credentials.js';
import { type Entries, entriesIn } from './entries.js';
import { openHome } from './home.js';
import { startLinks } from './links.js';
import { root } from './root.js';
import { Stack } from './stack.js';
import { startStack, stopOrder } from './start-stack.js';
import { createStep } from './steps.js';
import { onStopSignals } from './stop-signals.js';

const print = (line: string) => void process.stdout.write(`${line}\n`);
const log = (line: string) => print(`  ${line}`);

/** The whole product on one machine, until it is told to stop. */
async function up(entries: Entries): Promise<void> {
  const environment = readEnvironment();
  const home = openHome(environment.NIGHTSHIFT_HOME);
  const stack = new Stack(stopOrder, log);
  const stopping = new AbortController();
  const { signal } = stopping;
  onStopSignals(
    () => {
      log('stopping');
      stopping.abort();
    },
    () => process.exit(130),
  );
  try {
    print(`Nightshift ${version()}`);
    const step = createStep(print);
    const start = { home: home.path, source: process.env, environment, entries, stack, step, log, signal };
    print(startLinks(await step('ready', () => startStack(start)), home.path));
    process.on('message', (message) => {
      const { restart = [] } = message as { restart?: string[] };
      stack.restart(restart).catch((error: unknown) => log(String(error)));
    });
    if (!signal.aborted) await once(signal, 'abort');
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    withdrawUrl(home.path);
    await stack.stop();
    home.close();
  }
}

function version(): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

/** A stack trace is printed only for a mistake in the program itself. */
const isMistake = (error: unknown) =>
  !(error instanceof Error) || /^(Type|Reference|Range)Error$/.test(error.name);

// A terminal that is gone must not keep the stop from happening.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const [, , folder = join(import.meta.dirname, '..'), ...more] = process.argv;
if (folder.startsWith('-') || more.length > 0) {
  console.error('usage: npm start    (settings are environment variables: docs/reference/settings.md)');
  process.exit(2);
}

up(entriesIn(folder)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(isMistake(error) ? error : (error as Error).message);
    process.exit(1);
  },
);
