import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modules, pinnedNode, root, timed } from './paths.mjs';
import { mustRun, run } from './run.mjs';

const lockFile = join(root, 'package-lock.json');
const stamp = join(modules, '.nightshift-stamp');

/** Installs the packages of package-lock.json and the pinned Node where they are missing. */
export async function installIfNeeded() {
  const hash = createHash('sha256').update(readFileSync(lockFile)).digest('hex');
  if (read(stamp) !== hash) {
    if (!matches()) await timed('installing packages', install);
    writeFileSync(stamp, hash);
  }
  if (!existsSync(pinnedNode)) await timed('installing Node', installNode);
}

async function install() {
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  if (npm?.endsWith('npm-cli.js')) await mustRun('npm ci', process.execPath, [npm, ...args]);
  else await mustRun('npm ci', 'npm', args);
}

/** The package `node` lacks its binary when install scripts are switched off. */
async function installNode() {
  const cwd = join(modules, 'node');
  await run(process.execPath, ['installArchSpecificPackage.js'], { cwd }).catch(() => undefined);
  if (existsSync(pinnedNode)) return;
  throw plain(
    'The pinned Node is missing, because install scripts are switched off. Run: npm rebuild node --ignore-scripts=false',
  );
}

/** Compares the installed packages with the lock file; somebody may have installed others by hand. */
function matches() {
  const installed = packagesOf(join(modules, '.package-lock.json'));
  if (installed === undefined) return false;
  return Object.entries(packagesOf(lockFile)).every(([path, wanted]) => {
    if (path === '' || wanted.link) return true;
    const found = installed[path];
    return found === undefined ? wanted.optional && !isForHere(wanted) : found.version === wanted.version;
  });
}

/** Optional packages come in one for each platform; what another platform's needs is not needed either. */
function isForHere({ os, cpu, libc }) {
  const fits = os?.includes(process.platform) && cpu?.includes(process.arch);
  return Boolean(fits) && (libc === undefined || libc.includes(ownLibc()));
}

function ownLibc() {
  return process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
}

function packagesOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function plain(message) {
  return Object.assign(new Error(message), { plain: true });
}
