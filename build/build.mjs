import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { dist, modules, pinnedNode, root, timed } from './paths.mjs';
import { mustRun } from './run.mjs';

const folders = [
  'src',
  'agents',
  'tools',
  'offline-model',
  'stack',
  'demo',
  'workflows',
  'activities',
  'bench',
];
const files = [
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
  'package-lock.json',
  'build/bundle-workflows.mjs',
];
const stamp = join(dist, '.stamp');

/** Builds `dist/` from the sources if it is stale; returns true if it was. */
export async function buildIfChanged() {
  const sources = listSources();
  const hash = hashOf(sources);
  const earlier = readStamp();
  if (earlier?.hash === hash) return false;
  removeStale(earlier?.sources, sources);
  writeStamp('', sources);
  await timed('compiling', compile);
  if (existsSync(join(root, 'workflows', 'index.ts'))) await timed('bundling workflows', bundle);
  if (hashOf(listSources()) === hash) writeStamp(hash, sources);
  return true;
}

const compile = () =>
  mustRun('nest build', pinnedNode, [join(modules, '@nestjs', 'cli', 'bin', 'nest.js'), 'build']);
const bundle = () => mustRun('bundling', pinnedNode, [join(root, 'build', 'bundle-workflows.mjs')]);

/** Outputs of deleted sources must not stay; what nobody knows the sources of goes altogether. */
function removeStale(earlier, now) {
  if (earlier === undefined) {
    const outputs = readdirSync(dist).filter((entry) => !entry.startsWith('.lock'));
    for (const entry of outputs) rmSync(join(dist, entry), { recursive: true, force: true });
    return;
  }
  const gone = earlier.filter((source) => !now.includes(source));
  const outputs = gone.map((source) => join(dist, source.replace(/\.ts$/, '.js')));
  if (gone.length > 0) outputs.push(join(dist, '.tsbuildinfo'));
  for (const path of outputs.flatMap((output) => [output, `${output}.map`])) rmSync(path, { force: true });
}

function listSources() {
  const inFolders = folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => {
      const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)));
    });
  return [...inFolders, ...files].sort();
}

function hashOf(sources) {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(root, source);
    const content = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    hash.update(`${source}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function writeStamp(hash, sources) {
  writeFileSync(stamp, JSON.stringify({ hash, sources }));
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stamp, 'utf8'));
  } catch {
    return undefined;
  }
}
