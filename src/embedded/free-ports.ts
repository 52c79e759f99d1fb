import { randomInt } from 'node:crypto';
import { isFree } from './ports.js';

/** Below what systems hand out by themselves, so that no client’s connection takes one before its server does. */
const LOWEST = 15_000;
const HIGHEST = 32_000;

/** Ports of the loopback address that nobody listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) found.add(port);
    if (tries > 1000) throw new Error(`there are no ${count} free ports between ${LOWEST} and ${HIGHEST}`);
  }
  return [...found];
}
