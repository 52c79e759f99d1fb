import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { root } from '../../stack/root.js';

/** Runs a part of the check on a tree with these files. */
function check(files: Record<string, string>, args: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-rooms-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return `${status} ${stdout}${stderr}`;
}

const ROOMS = [join(root, 'build/rooms.mjs')];
const LINT = [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'lint'];

const thing = 'export const thing = 1;\n';
const uses = (path: string) => `import { thing } from '${path}';\n\nexport const other = thing;\n`;

/** One file imports the other by its relative path. */
const planted = (from: string, to: string) => {
  const path = relative(dirname(from), to).replace(/\.ts$/, '.js');
  return { [from]: uses(path.startsWith('.') ? path : `./${path}`), [to]: thing };
};

test.each([
  ['src/platform/a.ts', 'src/engine/runs/b.ts'],
  ['src/platform/db/a.ts', 'src/workspace/b.ts'],
  ['src/engine/runs/a.ts', 'src/workspace/docs/b.ts'],
  ['src/engine/runs/a.ts', 'src/worker/b.ts'],
  ['src/engine/runs/a.ts', 'src/engine/audit/b.ts'],
  ['src/engine/agents/a.ts', 'src/engine/runs/b.ts'],
  ['src/engine/attestation/a.ts', 'src/engine/audit/b.ts'],
  ['src/engine/cadences/a.ts', 'src/engine/schedules/b.ts'],
  ['src/engine/cadences/a.ts', 'src/engine/agents/b.ts'],
  ['src/engine/cadences/a.ts', 'src/workspace/b.ts'],
  ['src/workspace/a.ts', 'src/commands/b.ts'],
  ['src/workspace/docs/a.ts', 'agents/x/work.ts'],
  ['src/workspace/retrieval/a.ts', 'src/workspace/docs/b.ts'],
  ['src/engine/runs/a.ts', 'agents/works.ts'],
  ['src/api/a.ts', 'stack/b.ts'],
  ['src/worker/a.ts', 'src/commands/b.ts'],
  ['src/commands/a.ts', 'demo/b.ts'],
  ['src/workspace/a.ts', 'bench/harness/b.ts'],
  ['src/api/a.ts', 'build/b.mjs'],
  ['src/api/a.ts', 'test/support/b.ts'],
  ['agents/x/agent.ts', 'agents/x/work.ts'],
  ['agents/x/contract.ts', 'src/workspace/b.ts'],
  ['agents/x/work.ts', 'src/api/b.ts'],
  ['agents/x/agent.ts', 'tools/y.ts'],
  ['tools/y.ts', 'agents/x/work.ts'],
  ['src/workspace/a.ts', 'tools/y.ts'],
  ['workflows/a.ts', 'tools/y.ts'],
  ['agents/x/work.ts', 'agents/y/contract.ts'],
  ['agents/x/work.ts', 'test/support/b.ts'],
  ['agents/kit/a.ts', 'src/workspace/b.ts'],
  ...['activities', 'workflows', 'workflows/contract'].flatMap((room) =>
    ['src/platform', 'stack', 'demo', 'offline-model', 'bench/harness', 'build', 'test'].map((outer) => [
      `${room}/a.ts`,
      `${outer}/b.ts`,
    ]),
  ),
  ['workflows/a.ts', 'activities/b.ts'],
  ['workflows/a.ts', 'agents/works.ts'],
  ['activities/a.ts', 'workflows/b.ts'],
  ['activities/a.ts', 'agents/x/contract.ts'],
  ['offline-model/a.ts', 'src/engine/runs/b.ts'],
  ['offline-model/a.ts', 'activities/b.ts'],
  ['stack/a.ts', 'src/api/b.ts'],
  ['stack/a.ts', 'demo/b.ts'],
  ['demo/a.ts', 'bench/harness/b.ts'],
  ['bench/feed/a.ts', 'bench/model/b.ts'],
  ['bench/harness/a.ts', 'bench/model/b.ts'],
  ['bench/feed/a.ts', 'test/support/b.ts'],
  ['build/a.mjs', 'src/platform/b.ts'],
])('an import of %s up to %s fails the check', (from = '', to = '') => {
  expect(check(planted(from, to), ROOMS)).toMatch(new RegExp(`^1 ${from} may not import ${to}: .+\\n$`));
});

test.each([
  ['src/engine/runs/a.ts', 'src/platform/db/b.ts'],
  ['src/engine/agents/a.ts', 'agents/index.ts'],
  ['src/engine/runs/a.ts', 'src/engine/agents/b.ts'],
  ['agents/x/work.ts', 'src/workspace/b.ts'],
  ['agents/x/agent.ts', 'agents/kit/b.ts'],
  ['agents/x/world.ts', 'test/contract/b.ts'],
  ['src/workspace/a.ts', 'src/engine/runs/b.ts'],
  ['src/commands/a.ts', 'stack/b.ts'],
  ['stack/a.ts', 'src/platform/config/b.ts'],
  ['demo/a.ts', 'src/commands/b.ts'],
  ['bench/feed/a.ts', 'bench/harness/b.ts'],
  ['bench/feed/a.ts', 'demo/b.ts'],
  ['test/engine/runs/a.ts', 'bench/feed/b.ts'],
  ['agents/x/agent.ts', 'workflows/contract/b.ts'],
  ['agents/x/work.ts', 'src/workspace/b.ts'],
  ['workflows/a.ts', 'tools/declared.ts'],
  ['tools/y.ts', 'src/workspace/b.ts'],
  ['tools/y.ts', 'activities/b.ts'],
])('an import of %s down to %s passes', (from, to) => {
  expect(check(planted(from, to), ROOMS)).toBe('0 ');
});

test('each way to import counts, and a file in no room fails the check', () => {
  const ways = [
    "export { thing } from '../../stack/b.js';",
    "export type { Thing } from '../../stack/b.js';",
    "import '../../stack/b.js';",
    "export const later = () => import('../../stack/b.js');",
    "import {\n  thing,\n} from '../../stack/b.js';",
    'import { thing } from "../../stack/b.js";',
    "import { thing } from /* a comment */ '../../stack/b.js';",
    'export const later = () => import(`../../stack/b.js`);',
    "export const address = new URL('../../stack/b.ts', import.meta.url);",
    "const { thing } = require('../../stack/b.js');",
  ];
  for (const text of ways)
    expect(check({ 'src/api/a.ts': text, 'stack/b.ts': thing }, ROOMS), text).toMatch(
      /^1 src\/api\/a\.ts may not/,
    );
  for (const path of ['src/attic/a.ts', 'attic/a.ts'])
    expect(check({ [path]: thing }, ROOMS)).toMatch(new RegExp(`^1 ${path} is in no room`));
});

test('every import of the tree stays within what its room may use', () => {
  const { status, stderr } = spawnSync(process.execPath, [...ROOMS, root], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test.each([
  ['workflows/a.ts', 'noNodejsModules'],
  ['agents/x/agent.ts', 'noNodejsModules'],
  ['agents/kit/a.ts', 'noNodejsModules'],
])('%s may not import a module of Node', (path, rule) => {
  const text = "import { readFileSync } from 'node:fs';\n\nexport const read = readFileSync;\n";
  expect(check({ [path]: text }, LINT)).toMatch(new RegExp(`^1 [\\s\\S]*${rule}`));
});

test('imports that run in a circle fail the check', () => {
  const files = {
    'src/engine/a.ts': uses('./b.js'),
    'src/engine/b.ts': uses('./a.js')
      .replace('other', 'thing')
      .replace('{ thing }', '{ other }')
      .replace('= thing', '= other'),
  };
  expect(check(files, LINT)).toMatch(/^1 [\s\S]*noImportCycles/);
});

test('every file that README and docs name is there', () => {
  const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root })];
  const gone = pages.flatMap((page) => {
    const named = readFileSync(join(root, page), 'utf8').matchAll(
      /`((?:src|agents|tools|workflows|activities|stack|offline-model|demo|test|bench|build)\/[\w./-]+)`/g,
    );
    // The agent and the tool of the guides are for the reader to write.
    const gone = [...named].filter(
      ([, path = '']) =>
        !/stale-ticket-reporter|stale-tickets|open-tickets/.test(path) && !existsSync(join(root, path)),
    );
    return gone.map(([, path = '']) => `${page}: ${path}`);
  });
  expect(pages.length).toBeGreaterThan(10);
  expect(gone).toEqual([]);
});

test('every link between README and docs leads to a page and a heading that exist', () => {
  const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root })];
  const broken = pages.flatMap((page) => {
    const prose = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '');
    const links = prose.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g);
    const bad = [...links].filter(([, path = '', heading]) => {
      const target = path === '' ? join(root, page) : join(root, dirname(page), path);
      return !existsSync(target) || (heading !== undefined && !headingsOf(target).includes(heading));
    });
    return bad.map(([link]) => `${page}: ${link}`);
  });
  expect(broken).toEqual([]);
});

/** The anchors that a Markdown renderer gives to the headings of a page. */
function headingsOf(page: string): string[] {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

test('the walk through ticket_conflict_scanner names every file of its folder', () => {
  const walk = readFileSync(join(root, 'docs/guides/walks.md'), 'utf8');
  const files = globSync('agents/ticket-conflict-scanner/*', { cwd: root });
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !walk.includes(`\`${file}\``))).toEqual([]);
});

test('the index of docs links every page', () => {
  const pages = globSync('docs/{concepts,guides,reference}/*.md', { cwd: root });
  const index = readFileSync(join(root, 'docs/README.md'), 'utf8');
  expect(pages.length).toBeGreaterThan(20);
  expect(pages.filter((page) => !index.includes(`(${page.replace('docs/', '')})`))).toEqual([]);
});

test('a name that is exported has one definition', () => {
  // The generator of the registries holds their text.
  const files = globSync('{src,agents,tools,activities,workflows,stack,offline-model,demo,bench}/**/*.ts', {
    cwd: root,
    exclude: ['src/commands/gen/registry.ts'],
  });
  const places = new Map<string, string[]>();
  for (const file of files) {
    const exported = readFileSync(join(root, file), 'utf8').matchAll(
      /^export (?:abstract )?(?:async )?(?:function\*?|class|const|let|interface|type|enum) (\w+)/gm,
    );
    for (const [, name = ''] of exported) {
      const known = places.get(name) ?? [];
      if (!known.includes(file)) places.set(name, [...known, file]);
    }
  }
  expect(files.length).toBeGreaterThan(500);
  expect([...places].filter(([, defined]) => defined.length > 1)).toEqual([]);
});
