import { createServer } from 'node:net';
import { join } from 'node:path';
import { BadSettings, type Environment, isSet } from '../src/platform/config/environment.js';
import { readJson, writePrivateJson } from './private-file.js';

export type PortSetting = Extract<keyof Environment, `NIGHTSHIFT_${string}PORT`>;
export type Ports = Record<PortSetting, number>;

export interface PortRequest {
  setting: PortSetting;
  port: number;
  /** The person set this port, so it may not move. */
  fixed: boolean;
  host: string;
}

/** A port that was moved at an earlier start is asked for again. */
export function portRequests(
  settings: PortSetting[],
  environment: Environment,
  home: string,
  source: NodeJS.ProcessEnv,
): PortRequest[] {
  const earlier = readJson(join(home, 'ports.json'));
  return settings.map((setting) => {
    const fixed = isSet(setting, source);
    const known = earlier?.[setting];
    const port = !fixed && typeof known === 'number' ? known : environment[setting];
    return {
      setting,
      port,
      fixed,
      host: setting === 'NIGHTSHIFT_PORT' ? environment.NIGHTSHIFT_HOST : '127.0.0.1',
    };
  });
}

export function rememberPorts(ports: Partial<Ports>, home: string): void {
  writePrivateJson(join(home, 'ports.json'), { ...readJson(join(home, 'ports.json')), ...ports });
}

/** Gives each part a free port of its own. A part that has to move takes no port that another part asks for. */
export async function choosePorts(
  requests: PortRequest[],
  log: (line: string) => void,
): Promise<Partial<Ports>> {
  const chosen: Partial<Ports> = {};
  const used = new Map<number, PortSetting>();
  const moving: PortRequest[] = [];
  for (const request of [...requests].sort((a, b) => Number(b.fixed) - Number(a.fixed))) {
    const { setting, port, fixed, host } = request;
    const other = used.get(port);
    if (other === undefined && (await isFree(port, host))) {
      chosen[setting] = port;
      used.set(port, setting);
    } else if (fixed) {
      throw new BadSettings(`${setting}: port ${port} is taken${other ? ` by ${other}` : ''}`);
    } else {
      moving.push(request);
    }
  }
  for (const { setting, port, host } of moving) {
    const free = await nextFree(port, host, used);
    used.set(free, setting);
    chosen[setting] = free;
    log(`port ${port} is taken, ${setting} is ${free} instead`);
  }
  return chosen;
}

async function nextFree(from: number, host: string, used: Map<number, PortSetting>): Promise<number> {
  for (let port = from + 1; port <= 65_535; port += 1) {
    if (!used.has(port) && (await isFree(port, host))) return port;
  }
  throw new Error(`no free port above ${from}`);
}

export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(new BadSettings(`${host}: cannot be listened on (${error.code})`));
    });
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
