import { createServer, type Server } from 'node:net';

/** Ports that nobody listens on now; held together, so that they differ. */
export async function freePorts<N extends number>(count: N): Promise<{ [I in N]: number } & number[]> {
  const servers: Server[] = [];
  for (let index = 0; index < count; index += 1) {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports as { [I in N]: number } & number[];
}
