import { createServer, type Server } from 'node:net';

type Ports<N extends 1 | 2 | 3> = { 1: [number]; 2: [number, number]; 3: [number, number, number] }[N];

/** Ports that nobody listens on now; held together, so that they differ. */
export async function freePorts<N extends 1 | 2 | 3>(count: N): Promise<Ports<N>> {
  const servers: Server[] = [];
  for (let index = 0; index < count; index += 1) {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports as Ports<N>;
}
