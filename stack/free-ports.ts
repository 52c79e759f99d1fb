import { randomInt } from 'node:crypto';
import { isFree } from './ports.js';

/** The range includes `from` and excludes `to`. */
interface PortRange {
  from: number;
  to: number;
}

/** Below what systems hand out by themselves, so that no client's connection takes one before its server does. */
export const SERVERS: PortRange = { from: 15_000, to: 32_000 };

let given = 0;
const first = randomInt(SERVERS.to - SERVERS.from);

/**
 * Returns ports of the loopback address that nobody listens on. A process gets no port twice before it has had the
 * whole range.
 */
export async function freePorts(count: number, { from, to }: PortRange = SERVERS): Promise<number[]> {
  const found: number[] = [];
  for (let tries = 0; found.length < count; tries += 1) {
    if (tries > 1000) throw new Error(`there are no ${count} free ports between ${from} and ${to}`);
    const port = from + ((first + given++) % (to - from));
    if (await isFree(port)) found.push(port);
  }
  return found;
}
