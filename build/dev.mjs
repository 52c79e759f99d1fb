import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { buildIfChanged } from './build.mjs';
import { withLock } from './lock.mjs';
import { pinnedNode, root } from './paths.mjs';
import { exitCodeFor, start } from './run.mjs';

const quietMs = 300;
const folders = ['src', 'agents', 'tools', 'offline-model', 'stack', 'demo', 'workflows', 'activities'];

/** `start`, and API and worker anew after each change; a change that does not compile changes nothing. */
export async function dev() {
  const { child, ended } = start(pinnedNode, ['dist/stack/main.js']);
  let timer;
  let work = Promise.resolve();
  const rebuild = async () => {
    try {
      const built = await withLock(buildIfChanged);
      if (built && child.connected) child.send({ restart: ['worker', 'api'] });
    } catch (error) {
      exitCodeFor(error);
    }
  };
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      work = work.then(rebuild);
    }, quietMs);
  };
  const watchers = folders
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .map((folder) => watch(folder, { recursive: true }, changed));
  const code = await ended;
  clearTimeout(timer);
  for (const watcher of watchers) watcher.close();
  await work;
  return code;
}
