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
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { root } from '../../stack/root.js';

/** What the check says of a tree with these files in it. */
function check(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-rooms-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const { status, stdout, stderr } = spawnSync(process.execPath, [biome, 'lint', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return `${status} ${stdout}${stderr}`;
}

const thing = 'export const thing = 1;\n';
const uses = (path: string) => `import { thing } from '${path}';\n\nexport const other = thing;\n`;

test.each([
  ['src/platform/a.ts', 'src/engine/b.ts', '../engine/b.js'],
  ['src/platform/db/a.ts', 'src/workspace/b.ts', '../../workspace/b.js'],
  ['src/engine/runs/a.ts', 'src/workspace/docs/b.ts', '../../workspace/docs/b.js'],
  ['src/engine/runs/a.ts', 'src/worker/b.ts', '../../worker/b.js'],
  ['src/engine/runs/a.ts', 'src/engine/audit/b.ts', '../audit/b.js'],
  ['src/engine/agents/a.ts', 'src/engine/runs/b.ts', '../runs/b.js'],
  ['src/engine/cadences/a.ts', 'src/engine/schedules/b.ts', '../schedules/b.js'],
  ['src/engine/cadences/a.ts', 'src/workspace/b.ts', '../../workspace/b.js'],
  ['src/workspace/a.ts', 'src/commands/b.ts', '../commands/b.js'],
  ['src/workspace/docs/a.ts', 'agents/x/work.ts', '../../../agents/x/work.js'],
  ['src/engine/runs/a.ts', 'agents/works.ts', '../../../agents/works.js'],
  ['agents/x/agent.ts', 'agents/x/work.ts', './work.js'],
  ['agents/x/contract.ts', 'src/workspace/b.ts', '../../src/workspace/b.js'],
  ['agents/x/work.ts', 'src/api/b.ts', '../../src/api/b.js'],
  ['agents/x/work.ts', 'agents/y/contract.ts', '../y/contract.js'],
  ['src/api/a.ts', 'stack/b.ts', '../../stack/b.js'],
  ['offline-model/a.ts', 'src/engine/b.ts', '../src/engine/b.js'],
  ['activities/a.ts', 'src/platform/b.ts', '../src/platform/b.js'],
  ['workflows/a.ts', 'activities/b.ts', '../activities/b.js'],
])('an import of %s up to %s fails the check', (from, to, path) => {
  expect(check({ [from]: uses(path), [to]: thing })).toMatch(/^1 [\s\S]*noRestrictedImports/);
});

test.each([
  ['src/engine/runs/a.ts', 'src/platform/db/b.ts', '../../platform/db/b.js'],
  ['src/engine/agents/a.ts', 'agents/index.ts', '../../../agents/index.js'],
  ['src/engine/runs/a.ts', 'src/engine/agents/b.ts', '../agents/b.js'],
  ['agents/x/work.ts', 'src/workspace/b.ts', '../../src/workspace/b.js'],
  ['src/workspace/a.ts', 'src/engine/runs/b.ts', '../engine/runs/b.js'],
  ['src/commands/a.ts', 'stack/b.ts', '../../stack/b.js'],
])('an import of %s down to %s passes', (from, to, path) => {
  expect(check({ [from]: uses(path), [to]: thing })).toMatch(/^0 /);
});

test('imports that run in a circle fail the check', () => {
  const files = {
    'src/engine/a.ts': uses('./b.js'),
    'src/engine/b.ts': uses('./a.js')
      .replace('other', 'thing')
      .replace('{ thing }', '{ other }')
      .replace('= thing', '= other'),
  };
  expect(check(files)).toMatch(/^1 [\s\S]*noImportCycles/);
});

test('every file that README and docs name is there', () => {
  const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root })];
  const gone = pages.flatMap((page) => {
    const named = readFileSync(join(root, page), 'utf8').matchAll(
      /`((?:src|agents|workflows|activities|stack|offline-model|demo|test|bench|build)\/[\w./-]+)`/g,
    );
    // The guide’s own agent is for the reader to write.
    const gone = [...named].filter(
      ([, path = '']) => !path.includes('stale-ticket-reporter') && !existsSync(join(root, path)),
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

test('the index of docs links every page', () => {
  const pages = globSync('docs/{concepts,guides,reference}/*.md', { cwd: root });
  const index = readFileSync(join(root, 'docs/README.md'), 'utf8');
  expect(pages.length).toBeGreaterThan(20);
  expect(pages.filter((page) => !index.includes(`(${page.replace('docs/', '')})`))).toEqual([]);
});

test('a name that is exported has one definition', () => {
  // What makes the registries holds their text.
  const files = globSync('{src,agents,activities,workflows,stack,offline-model,demo,bench}/**/*.ts', {
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
