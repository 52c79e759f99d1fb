import { freePorts as find, SERVERS } from '../../stack/free-ports.js';

type Ports<N extends 1 | 2 | 3 | 4> = {
  1: [number];
  2: [number, number];
  3: [number, number, number];
  4: [number, number, number, number];
}[N];

const SHARES = 17;

/**
 * Files that run side by side draw from ranges of their own: a port is free until its server listens, seconds later.
 */
export async function freePorts<N extends 1 | 2 | 3 | 4>(count: N): Promise<Ports<N>> {
  const size = Math.floor((SERVERS.to - SERVERS.from) / SHARES);
  const from = SERVERS.from + size * (Number(process.env.VITEST_POOL_ID ?? 0) % SHARES);
  return (await find(count, { from, to: from + size })) as Ports<N>;
}
