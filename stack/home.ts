import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readJson, writePrivateJson } from './private-file.js';
import { identify, isRunning, type ProcessIdentity } from './process-identity.js';

interface Home {
  path: string;
  /** Lets the next start have it. */
  close(): void;
}

/** A home has at most one live supervisor. */
export function openHome(setting: string): Home {
  const path = resolve(setting);
  makeHome(path);
  const lock = join(path, 'supervisor.json');
  const mine = join(path, `supervisor.${process.pid}`);
  writePrivateJson(mine, identify(process.pid));
  try {
    while (!tookLock(mine, lock)) setAside(lock, path);
  } finally {
    rmSync(mine, { force: true });
  }
  return { path, close: () => rmSync(lock, { force: true }) };
}

/**
 * Other accounts may pass through the folder, so that PostgreSQL reaches its data, but cannot list it. Private files in
 * it have their own mode.
 */
export function makeHome(path: string): void {
  if (existsSync(path)) return;
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o711);
}

function tookLock(mine: string, lock: string): boolean {
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Removes the lock of a supervisor that is gone; whoever renames it first has removed it. */
function setAside(lock: string, home: string): void {
  const holder = readJson(lock) as ProcessIdentity | undefined;
  if (holder !== undefined && isRunning(holder)) throw new HomeInUse(home, holder.pid);
  const aside = `${lock}.${process.pid}`;
  try {
    const seen = readFileSync(lock, 'utf8');
    renameSync(lock, aside);
    if (readFileSync(aside, 'utf8') !== seen) linkSync(aside, lock);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'EEXIST') throw error;
  }
  rmSync(aside, { force: true });
}

class HomeInUse extends Error {
  override readonly name = 'HomeInUse';
  constructor(home: string, pid: number) {
    super(
      `Nightshift already runs on ${home} (pid ${pid}). Stop it first, or set NIGHTSHIFT_HOME to another folder.`,
    );
  }
}
