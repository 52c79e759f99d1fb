import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildTemporal } from './build.js';
import { downloadTemporal } from './download.js';
import { atLeast, wantedVersions } from './version.js';

const run = promisify(execFile);

/** Priority, fairness and the search attributes as they are used here need this server. */
const leastServer = '1.31';

interface TemporalBinary {
  path: string;
  /** A text like "1.8.2, server 1.31.2". */
  version: string;
  from: string;
}

interface BinarySearch {
  home: string;
  log: (line: string) => void;
  signal?: AbortSignal;
}

export function cacheFolder(): string {
  const usual = process.platform === 'darwin' ? ['Library', 'Caches'] : ['.cache'];
  return process.env.XDG_CACHE_HOME || join(homedir(), ...usual);
}

/** The first that works: on PATH, cached, downloaded, built; an older one on PATH is the last resort. */
export async function findTemporal(search: BinarySearch): Promise<TemporalBinary> {
  const { temporal: version } = wantedVersions();
  const cached = join(cacheFolder(), 'nightshift', `temporal-${version}`, 'temporal');
  const onPath = await inspect('temporal', 'PATH');
  if (onPath && atLeast(onPath.server, leastServer)) return onPath;
  const inCache = await inspect(cached, 'cache', version);
  if (inCache) return inCache;

  const problems: string[] = [];
  const ways = [
    { from: 'download', get: downloadTemporal },
    { from: 'build', get: buildTemporal },
  ];
  for (const { from, get } of ways) {
    try {
      await get({ ...search, version, path: cached });
      const made = await inspect(cached, from, version);
      if (made) return made;
      problems.push(`${from}: the binary does not run`);
    } catch (error) {
      search.signal?.throwIfAborted();
      problems.push(`${from}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (onPath) {
    search.log(
      `Temporal on PATH has server ${onPath.server}, older than ${leastServer}; using it all the same`,
    );
    return onPath;
  }
  throw new Error(noTemporal(wantedVersions().go, problems));
}

function noTemporal(go: string, problems: string[]): string {
  return [
    'There is no Temporal server, and none could be had:',
    ...problems.map((problem) => `  ${problem}`),
    'One of these helps:',
    '  set TEMPORAL_ADDRESS=host:port to a server that already runs',
    `  put the temporal command line tool (with server ${leastServer} or newer) on PATH`,
    `  put Go ${go} or newer on PATH, so that it can be built`,
  ].join('\n');
}

async function inspect(
  path: string,
  from: string,
  name?: string,
): Promise<(TemporalBinary & { server: string }) | undefined> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 20_000 });
    const server = /Server (\d[\w.-]*)/i.exec(stdout)?.[1];
    const own = /version (\d\S*)/.exec(stdout)?.[1];
    return server ? { path, from, server, version: `${name ?? own}, server ${server}` } : undefined;
  } catch {
    return undefined;
  }
}
