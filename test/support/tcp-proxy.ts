import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A path to PostgreSQL that can go dead: connections stay open on both sides, and nothing that is sent arrives. That is
 * how a firewall drops what it has forgotten, and how a host looks that lost its power.
 */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private dead = false;

  private constructor(
    private readonly server: Server,
    /** The address of the database, by this path. */
    readonly url: string,
  ) {}

  static async open(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const through = new URL(url);
    through.hostname = '127.0.0.1';
    through.port = String((server.address() as AddressInfo).port);
    const proxy = new TcpProxy(server, through.href);
    server.on('connection', (near) => proxy.join(near, connect(Number(port), hostname)));
    return proxy;
  }

  /** Connections that are open carry nothing any more; new ones do, unless the whole path is dead. */
  drop({ whole = false } = {}): void {
    this.dead = whole;
    for (const socket of this.sockets) {
      socket.unpipe();
      socket.pause();
    }
  }

  /** New connections work again; what was dropped stays dropped. */
  heal(): void {
    this.dead = false;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket, far: Socket): void {
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.sockets.delete(one);
        if (!one.isPaused()) other.destroy();
      });
      if (this.dead) one.pause();
      else one.pipe(other);
    }
  }
}
