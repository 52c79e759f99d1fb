import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { root } from './paths.mjs';

// node build/rooms.mjs [folder]: says which imports go to a room that their own room may not use.

const down = 'Imports point down: processes → agents → tools → workspace → engine → platform.';
const withinEngine =
  'Within the engine imports point down: audit, feed, schedules → runs → agents → cadences.';
const sandbox =
  'Workflow code knows activities only by the types in workflows/contract, and nothing of an agent but its flow.';

const platform = ['contract', 'failure converter', 'activities', 'platform'];
const runs = [...platform, 'cadences', 'catalogue', 'attestation', 'runs', 'agent list'];
const engine = [...runs, 'audit', 'feed', 'reports', 'schedules'];
const workspace = [...engine, 'day part list', 'workspace'];
const agents = [...workspace, 'tool types', 'kit', 'flows', 'agents'];
const product = [
  ...agents,
  'workflows',
  'work list',
  'module list',
  'tools',
  'tool list',
  'api',
  'worker',
  'commands',
];

/**
 * The first room whose pattern fits a file is the room of that file. `uses` names the other rooms that it may import.
 */
const rooms = [
  { name: 'contract', files: /^workflows\/contract\//, uses: ['tool types'], why: sandbox },
  // The client and the worker name this file by its address.
  {
    name: 'failure converter',
    files: /^workflows\/failure-converter\.ts$/,
    uses: ['contract'],
    why: sandbox,
  },
  { name: 'workflows', files: /^workflows\//, uses: ['contract', 'agent list', 'tool types'], why: sandbox },
  {
    name: 'activities',
    files: /^activities\//,
    uses: ['contract'],
    why: 'Activities reach stores by interfaces.',
  },

  // Workflow code knows of a tool its name, its effect and its types; the imports behind them are types alone.
  { name: 'tool types', files: /^tools\/declared\.ts$/, uses: ['contract', 'tools'], why: sandbox },
  { name: 'tool list', files: /^tools\/index\.ts$/, uses: ['tools'], why: down },
  { name: 'tools', files: /^tools\//, uses: workspace, why: down },

  { name: 'kit', files: /^agents\/kit\//, uses: ['contract'], why: sandbox },
  { name: 'agent list', files: /^agents\/index\.ts$/, uses: ['contract', 'flows'], why: sandbox },
  { name: 'work list', files: /^agents\/works\.ts$/, uses: agents, why: down },
  {
    name: 'day part list',
    files: /^agents\/day-parts\.ts$/,
    uses: ['contract', 'flows'],
    why: sandbox,
  },
  { name: 'module list', files: /^agents\/modules\.ts$/, uses: agents, why: down },
  {
    name: 'flows',
    files: /^agents\/[^/]+\/(agent|contract|day-part)\.ts$/,
    uses: ['contract', 'kit'],
    why: sandbox,
  },
  { name: 'worlds', files: /^agents\/[^/]+\/world\.ts$/, uses: [...agents, 'tests'], why: down },
  { name: 'agents', files: /^agents\/[^/]+\//, uses: agents, why: down },

  { name: 'platform', files: /^src\/platform\//, uses: platform, why: down },
  { name: 'cadences', files: /^src\/engine\/cadences\//, uses: platform, why: withinEngine },
  { name: 'attestation', files: /^src\/engine\/attestation\//, uses: platform, why: withinEngine },
  {
    name: 'catalogue',
    files: /^src\/engine\/agents\//,
    uses: [...platform, 'cadences', 'agent list'],
    why: withinEngine,
  },
  {
    name: 'reports',
    files: /^src\/engine\/reports\//,
    uses: [...platform, 'cadences', 'agent list'],
    why: withinEngine,
  },
  { name: 'runs', files: /^src\/engine\/runs\//, uses: runs, why: withinEngine },
  { name: 'audit', files: /^src\/engine\/audit\//, uses: runs, why: withinEngine },
  { name: 'feed', files: /^src\/engine\/feed\//, uses: runs, why: withinEngine },
  { name: 'schedules', files: /^src\/engine\/schedules\//, uses: runs, why: withinEngine },
  { name: 'workspace', files: /^src\/workspace\//, uses: workspace, why: down },
  { name: 'api', files: /^src\/api\//, uses: [...agents, 'module list'], why: down },
  {
    name: 'worker',
    files: /^src\/worker\//,
    uses: [...agents, 'work list', 'tools', 'tool list', 'workflows'],
    why: down,
  },
  { name: 'commands', files: /^src\/commands\//, uses: [...product, 'stack'], why: down },

  {
    name: 'offline model',
    files: /^offline-model\//,
    uses: ['contract', 'platform'],
    why: 'The offline model stands for a provider: it knows nothing of the agents that ask it.',
  },
  {
    name: 'stack',
    files: /^stack\//,
    uses: ['contract', 'platform'],
    why: 'The stack starts the processes of the product as programs.',
  },
  {
    name: 'demo',
    files: /^demo\//,
    uses: [...product, 'stack'],
    why: 'The demo uses the product and its stack.',
  },
  {
    name: 'bench',
    files: /^bench\//,
    uses: [...product, 'stack', 'demo', 'offline model'],
    why: 'The bench measures what the product, its stack and its demo do.',
  },
  { name: 'build', files: /^build\//, uses: [], why: 'The build works before any package is installed.' },
  { name: 'tests', files: /^test\//, uses: null },
];

/** Folders beside each other that share nothing but the folder that is left out here. */
const apart = [
  {
    folders: /^agents\/(?!kit\/)([^/]+)\//,
    why: 'An agent knows no other agent: what two of them share lies in agents/kit.',
  },
  {
    folders: /^bench\/(?!harness\/)([^/]+)\//,
    why: 'A part of the bench knows no other: what two of them share lies in bench/harness.',
  },
  {
    folders: /^bench\/([^/]+)\//,
    from: /^bench\/harness\//,
    why: 'The harness knows no part of the bench by name.',
  },
  {
    folders: /^src\/workspace\/([^/]+)\//,
    from: /^src\/workspace\/retrieval\/(?!sources\.ts$)/,
    why: 'Search knows no feature by name: it reads their search-source.ts from the generated list.',
  },
];

/** Folders at the top that hold no source of ours. */
const made = ['node_modules', 'dist'];
/** A file that is named by its address in the tree is an import, too. */
const ADDRESSES = /new URL\(\s*['"`](\.{1,2}\/[^'"`]+)['"`]\s*,\s*import\.meta\.url/g;

/** Every way to import counts, whatever its quotes: the compiler itself reads them. */
function specifiersIn(text) {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return [
    ...importedFiles.map(({ fileName }) => fileName),
    ...[...text.matchAll(ADDRESSES)].map(([, path]) => path),
  ];
}

function* importsIn(folder, file) {
  for (const path of specifiersIn(readFileSync(join(folder, file), 'utf8'))) {
    if (!path.startsWith('.')) continue;
    const target = normalize(join(dirname(file), path));
    const source = target.replace(/\.js$/, '.ts');
    if (existsSync(join(folder, source))) yield source;
    else if (existsSync(join(folder, target))) yield target;
  }
}

const roomOf = (file) => rooms.find(({ files }) => files.test(file));

/** Returns why the one file may not import the other, or undefined if it may. */
function refusal(file, target) {
  const [own, other] = [roomOf(file), roomOf(target)];
  if (other === undefined) return undefined;
  if (own.name !== other.name && own.uses !== null && !own.uses.includes(other.name)) return own.why;
  for (const { folders, from = folders, why } of apart) {
    const [one, another] = [folders.exec(file)?.[1], folders.exec(target)?.[1]];
    if (from.test(file) && one && another && one !== another) return why;
  }
  return undefined;
}

/** The sources in every folder at the top, so that a new folder is seen, too. */
function sourcesIn(folder) {
  const tops = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !made.includes(entry.name))
    .map(({ name }) => name);
  return tops.flatMap((top) => globSync(`${top}/**/*.{ts,mjs}`, { cwd: folder })).sort();
}

function faultsIn(folder) {
  const files = sourcesIn(folder);
  return files.flatMap((file) => {
    if (roomOf(file) === undefined) return [`${file} is in no room: give it one in build/rooms.mjs`];
    return [...importsIn(folder, file)].flatMap((target) => {
      const why = refusal(file, target);
      return why === undefined ? [] : [`${file} may not import ${target}: ${why}`];
    });
  });
}

const faults = faultsIn(process.argv[2] ?? root);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
