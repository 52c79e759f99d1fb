import type { Environment } from '../src/platform/config/environment.js';
import { childEnvironment } from './child-environment.js';
import { earlierIds, type Identities, knownKey, readSeed, writeCredentials } from './credentials.js';
import type { Entries } from './entries.js';
import { nodeChild, responds } from './node-child.js';
import type { Ports } from './ports.js';
import { startPostgres } from './postgres.js';
import { runToEnd } from './run-to-end.js';
import type { ProcessPlan } from './running-child.js';
import { payloadKeys, signingKeys } from './secrets.js';
import type { Stack } from './stack.js';
import type { Step } from './steps.js';
import { superviseProcess } from './supervisor.js';
import { startTemporal } from './temporal/server.js';

export interface StackStart {
  home: string;
  /** The variables from which `environment` was read. */
  source: NodeJS.ProcessEnv;
  environment: Environment;
  entries: Entries;
  stack: Stack;
  step: Step;
  log: (line: string) => void;
  signal: AbortSignal;
}

/** Settings that one part hands to the Node programs. */
export type StackSettings = Record<string, string>;

export async function startDatabase(start: StackStart, ports: Partial<Ports>) {
  const { step } = start;
  const url =
    start.environment.DATABASE_URL ?? (await startOwnPostgres(start, ports.NIGHTSHIFT_POSTGRES_PORT!));
  const { DATABASE_URL, AUDIT_SIGNING_KEYS: given } = start.environment;
  const keys = DATABASE_URL === undefined ? signingKeys(start.home, given) : given!;
  const settings: StackSettings = { DATABASE_URL: url, AUDIT_SIGNING_KEYS: keys };
  await step('schema', () => errand(start, 'migrate', [start.entries.migrate], settings), lastLine);
  const identities = await step('seed', () => seed(start, settings));
  return { settings, identities };
}

async function startOwnPostgres(
  { home, stack, step, log, signal }: StackStart,
  port: number,
): Promise<string> {
  const start = async () => stack.hold('postgres', await startPostgres({ home, port, log, signal }));
  return (await step('PostgreSQL', start, ({ version }) => `${version}, 127.0.0.1:${port}`)).url;
}

/**
 * A key is printed once; later starts read it from the file of the first. Null means that the home's person no longer
 * owns the server.
 */
async function seed(start: StackStart, settings: StackSettings): Promise<Identities | null> {
  const { home, entries } = start;
  const earlier = earlierIds(home);
  const seeding = [entries.seed, '--once', ...(earlier ? ['--earlier', earlier] : [])];
  const seeded = readSeed(await errand(start, 'seed', seeding, settings));
  if (!seeded) return null;
  const { api_key: made, ...ids } = seeded;
  const known = made ?? knownKey(home, ids.organisation_id);
  const api_key =
    known ?? readSeed(await errand(start, 'seed', [...seeding, '--new-key'], settings))?.api_key;
  if (api_key === undefined) throw new Error('the seed made no API key');
  const identities = { api_key, ...ids };
  writeCredentials(home, identities);
  return identities;
}

export async function startWorkflowServer(start: StackStart, ports: Partial<Ports>): Promise<StackSettings> {
  const { home, environment, stack, step, log, signal } = start;
  if (environment.TEMPORAL_ADDRESS) return {};
  const options = {
    home,
    port: ports.NIGHTSHIFT_TEMPORAL_PORT!,
    uiPort: ports.NIGHTSHIFT_TEMPORAL_UI_PORT!,
    namespace: environment.TEMPORAL_NAMESPACE,
  };
  const launch = async () => stack.hold('temporal', await startTemporal({ ...options, log, signal }));
  const temporal = await step('Temporal', launch, ({ version, address }) => `${version}, ${address}`);
  return {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_UI_URL: environment.TEMPORAL_UI_URL ?? temporal.uiUrl,
    TEMPORAL_PAYLOAD_KEYS: payloadKeys(home, environment.TEMPORAL_PAYLOAD_KEYS),
  };
}

export const usesOfflineModel = ({ OPENAI_API_KEY, OPENAI_BASE_URL }: Environment) =>
  !OPENAI_API_KEY && !OPENAI_BASE_URL;

export async function startModel(start: StackStart, ports: Partial<Ports>): Promise<StackSettings> {
  if (!usesOfflineModel(start.environment)) return {};
  const port = ports.NIGHTSHIFT_MODEL_PORT!;
  const settings = { NIGHTSHIFT_HOME: start.home, NIGHTSHIFT_MODEL_PORT: String(port) };
  const ready = () => responds(`http://127.0.0.1:${port}/v1/models`, (status) => status < 500);
  await startNode(start, 'offline-model', start.entries.model, settings, ready, `127.0.0.1:${port}`);
  return { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_API_KEY: 'offline' };
}

export async function startNode(
  { home, source, stack, step, log, signal }: StackStart,
  name: string,
  entry: string,
  settings: StackSettings,
  ready: ProcessPlan['ready'],
  detail = '',
): Promise<void> {
  const plan = nodeChild(name, entry, childEnvironment(settings, source), ready);
  const launch = async () => stack.hold(name, await superviseProcess(plan, { home, log, signal }));
  await step(name, launch, () => detail);
}

function errand(
  { home, source, signal }: StackStart,
  name: string,
  args: string[],
  settings: StackSettings,
): Promise<string> {
  const env = childEnvironment({ NIGHTSHIFT_HOME: home, ...settings }, source);
  return runToEnd(
    { name, command: process.execPath, args: ['--enable-source-maps', ...args], env },
    home,
    signal,
  );
}

const lastLine = (output: string) => output.trim().split('\n').at(-1) ?? '';
