import { freePorts as find } from '../../src/embedded/free-ports.js';

type Ports<N extends 1 | 2 | 3 | 4> = {
  1: [number];
  2: [number, number];
  3: [number, number, number];
  4: [number, number, number, number];
}[N];

export async function freePorts<N extends 1 | 2 | 3 | 4>(count: N): Promise<Ports<N>> {
  return (await find(count)) as Ports<N>;
}
