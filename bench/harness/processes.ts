import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export type Pids = Readonly<Record<string, number>>;
export type Figures = Record<string, number>;

const TICK_MS = 10;

/** CPU time used so far, of each process with its children, and of this one; nothing where the system does not say. */
export function cpuMs(pids: Pids): Figures {
  if (process.platform !== 'linux') return {};
  const { user, system } = process.cpuUsage();
  const used: Figures = { client: (user + system) / 1000 };
  const children = new Map<number, number>();
  for (const { parent, ticks } of allStats()) children.set(parent, (children.get(parent) ?? 0) + ticks);
  for (const [name, pid] of Object.entries(pids)) {
    const own = readStat(pid);
    used[name] = own ? (own.ticks + own.reaped + (children.get(pid) ?? 0)) * TICK_MS : 0;
  }
  return used;
}

export function minus(later: Figures, earlier: Figures): Figures {
  return Object.fromEntries(
    Object.entries(later).map(([name, value]) => [name, value - (earlier[name] ?? 0)]),
  );
}

export function plus(one: Figures, other: Figures): Figures {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...names].map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));
}

export function times(figures: Figures, factor: number): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, value * factor]));
}

/** Megabytes that the process holds in memory. */
export function residentMb(pid: number): number {
  const kilobytes =
    process.platform === 'linux'
      ? /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kilobytes) / 1024;
}

interface Stat {
  parent: number;
  ticks: number;
  reaped: number;
}

function allStats(): Stat[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => readStat(Number(pid)) ?? []);
}

function readStat(pid: number): Stat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, reapedUser = 0, reapedSystem = 0] = fields.slice(11, 15);
    return { parent: fields[1] ?? 0, ticks: user + system, reaped: reapedUser + reapedSystem };
  } catch {
    return undefined;
  }
}
