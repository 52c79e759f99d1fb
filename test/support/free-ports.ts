import { randomInt } from 'node:crypto';
import { isFree } from '../../src/embedded/ports.js';

type Ports<N extends 1 | 2 | 3 | 4> = {
  1: [number];
  2: [number, number];
  3: [number, number, number];
  4: [number, number, number, number];
}[N];

/** Below the range that the system itself hands out, so that no passing connection takes them before they are bound. */
const [FIRST, LAST] = [15_000, 32_000];

/** Ports that nobody listens on now, all different. */
export async function freePorts<N extends 1 | 2 | 3 | 4>(count: N): Promise<Ports<N>> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(FIRST, LAST);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports] as Ports<N>;
}
