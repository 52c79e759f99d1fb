import { buildIfChanged } from './build.mjs';
import { dev } from './dev.mjs';
import { installIfNeeded } from './install.mjs';
import { withLock } from './lock.mjs';
import { pinnedNode, root } from './paths.mjs';
import { endQuietly, exitCodeFor, run } from './run.mjs';

// node build/bootstrap.mjs <command> [arguments]: installs and builds what is missing, then runs the command.

const node = (...args) => run(pinnedNode, args);
const bin = (path) => `${root}/node_modules/${path}`;

/** Each command says whether it needs the build, and which program it runs. */
const commands = {
  start: { build: true, act: (args) => node('dist/stack/main.js', ...args) },
  test: { build: true, act: (args) => node('build/test.mjs', ...args) },
  dev: { build: true, act: () => dev() },
  gen: { build: true, act: gen },
  import: { build: true, act: (args) => node('dist/src/commands/import.js', ...args) },
  demo: { build: true, act: (args) => node('dist/demo/main.js', ...args) },
  'audit:verify': { build: true, act: (args) => node('dist/src/commands/audit-verify.js', ...args) },
  organisation: { build: true, act: (args) => node('dist/src/commands/organisation.js', ...args) },
  bench: { build: true, act: (args) => node('dist/bench/main.js', ...args) },
  check: { build: false, act: check },
};

/** The code with which `gen` says that it made registries, which the pages are made from. */
const REGISTRIES_MADE = 75;

/** Registries that were made are compiled, and the pages are then made from them. */
async function gen(args) {
  const code = await node('dist/src/commands/gen.js', ...args);
  if (code !== REGISTRIES_MADE) return code;
  await prepare(true);
  return node('dist/src/commands/gen.js', ...args);
}

/** All checks run, so that one failure does not hide another. */
async function check() {
  const codes = [
    await node(bin('@biomejs/biome/bin/biome'), 'check', '.'),
    await node('build/rooms.mjs'),
    await node(bin('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json'),
    await prepare(true).then(
      () => node('dist/src/commands/gen.js', '--check'),
      (error) => exitCodeFor(error),
    ),
  ];
  return codes.find((code) => code !== 0) ?? 0;
}

async function prepare(build) {
  await withLock(async () => {
    await installIfNeeded();
    if (build) await buildIfChanged();
  });
}

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  console.error(`usage: node build/bootstrap.mjs <${Object.keys(commands).join('|')}> [arguments]`);
  process.exit(2);
}
process.chdir(root);
endQuietly();
try {
  await prepare(command.build);
  process.exitCode = await command.act(args);
} catch (error) {
  process.exitCode = exitCodeFor(error);
}
