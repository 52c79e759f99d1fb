import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dist } from './paths.mjs';

const lock = join(dist, '.lock');

/** Allows one installation or build at a time in this checkout. The lock of a process that has ended does not count. */
export async function withLock(act) {
  mkdirSync(dist, { recursive: true });
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, `${process.pid} ${startOf(process.pid)}\n`);
  process.once('exit', release);
  try {
    await take(mine);
    return await act();
  } finally {
    release();
    process.off('exit', release);
  }
}

async function take(mine) {
  let told = false;
  for (;;) {
    try {
      linkSync(mine, lock);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = read(lock);
    const [pid, started] = holder.trim().split(' ');
    if (holder !== '' && startOf(Number(pid)) === started) {
      if (!told) console.log(`waiting for another installation or build (pid ${pid})`);
      told = true;
      await pause(200);
    } else {
      setAside(holder, mine);
      rmSync(`${lock}.${pid}`, { force: true });
    }
  }
}

/** The process that renames a stale lock first has removed it. */
function setAside(seen, mine) {
  const aside = `${mine}.stale`;
  try {
    renameSync(lock, aside);
    if (read(aside) !== seen) linkSync(aside, lock);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
  rmSync(aside, { force: true });
}

function release() {
  const mine = `${lock}.${process.pid}`;
  if (read(lock) === read(mine)) rmSync(lock, { force: true });
  rmSync(mine, { force: true });
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Tells a process from a later one with the same pid; `alive` where the system does not say. */
function startOf(pid) {
  if (process.platform === 'linux') {
    const stat = read(`/proc/${pid}/stat`);
    return stat === '' ? undefined : stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  }
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch (error) {
    return error.code === 'EPERM' ? 'alive' : undefined;
  }
}
