import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dist, modules, pinnedNode, root, timed } from './paths.mjs';
import { mustRun } from './run.mjs';

const folders = ['src', 'workflows', 'activities', 'bench'];
const files = ['tsconfig.json', 'tsconfig.build.json', 'nest-cli.json', 'package-lock.json', 'tools/bundle-workflows.mjs'];
const stamp = join(dist, '.stamp');

/** After this, `dist/` is what the sources say; true when it had to be made. */
export async function buildIfChanged() {
  const sources = listSources();
  const hash = hashOf(sources);
  const earlier = readStamp();
  if (earlier?.hash === hash) return false;
  rmSync(stamp, { force: true });
  if (String(earlier?.sources) !== String(sources)) clean();
  await timed('compiling', compile);
  if (existsSync(join(root, 'workflows', 'index.ts'))) await timed('bundling workflows', bundle);
  if (hashOf(listSources()) === hash) writeFileSync(stamp, JSON.stringify({ hash, sources }));
  return true;
}

const compile = () => mustRun('nest build', pinnedNode, [join(modules, '@nestjs', 'cli', 'bin', 'nest.js'), 'build']);
const bundle = () => mustRun('bundling', pinnedNode, [join(root, 'tools', 'bundle-workflows.mjs')]);

/** Outputs of deleted sources must not stay. */
function clean() {
  for (const entry of readdirSync(dist)) {
    if (!entry.startsWith('.lock')) rmSync(join(dist, entry), { recursive: true, force: true });
  }
}

function listSources() {
  const inFolders = folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => {
      const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
    });
  return [...inFolders, ...files.map((file) => join(root, file))].sort();
}

function hashOf(sources) {
  const hash = createHash('sha256');
  for (const source of sources) {
    const content = existsSync(source) ? readFileSync(source) : Buffer.alloc(0);
    hash.update(`${source}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stamp, 'utf8'));
  } catch {
    return undefined;
  }
}
