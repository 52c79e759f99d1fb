import { randomInt } from 'node:crypto';
import { environmentSchema } from '../src/config/environment.js';
import { isFree } from '../src/embedded/ports.js';

/** What differs from a plain `npm start`; the report says so. */
export const changed = { LOG_LEVEL: 'warn', API_RATE_LIMIT_PER_MINUTE: '1000000' };

const portNames = [
  'NIGHTSHIFT_PORT',
  'NIGHTSHIFT_POSTGRES_PORT',
  'NIGHTSHIFT_TEMPORAL_PORT',
  'NIGHTSHIFT_TEMPORAL_UI_PORT',
  'NIGHTSHIFT_MODEL_PORT',
];

/** The machine's environment, with nothing that a person has set for the product. */
export async function ownSource(): Promise<NodeJS.ProcessEnv> {
  const settings = new Set(Object.keys(environmentSchema.shape));
  const machine = Object.entries(process.env).filter(([name]) => !settings.has(name));
  const ports = await freePorts(portNames.length);
  const own = portNames.map((name, index) => [name, String(ports[index])]);
  return { ...Object.fromEntries(machine), ...changed, ...Object.fromEntries(own) };
}

/** Below what systems hand out by themselves, so that no client's connection takes one before its server does. */
const lowest = 15_000;
const highest = 32_000;

/** Ports of the loopback address that nobody listens on. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries += 1) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) found.add(port);
    if (tries > 1000) throw new Error(`there are no ${count} free ports between ${lowest} and ${highest}`);
  }
  return [...found];
}
