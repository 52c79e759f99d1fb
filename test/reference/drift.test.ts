import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  agentsPage,
  errorsPage,
  rolesPage,
  settingsPage,
  statesPage,
  toolsPage,
  waitReasonsPage,
} from '../../src/commands/gen/reference.js';
import {
  agentRegistry,
  dayPartRegistry,
  kindRegistry,
  moduleRegistry,
  searchSourceRegistry,
  toolDeclarations,
  toolRegistry,
  workRegistry,
} from '../../src/commands/gen/registry.js';
import { SEARCH_SOURCE_TYPES } from '../../src/workspace/retrieval/source-types.js';
import {
  ENDED_STATUSES,
  endingEvent,
  RESERVED_EVENTS,
  RUN_EVENTS,
} from '../../workflows/contract/run-state.js';
import { WAIT_REASONS } from '../../workflows/contract/wait-reasons.js';
import { useStack } from '../support/stack.js';

const used = useStack();
const root = join(import.meta.dirname, '../..');
const committed = (path: string) => readFileSync(join(root, path), 'utf8');

test.each([
  ['docs/reference/agents.md', agentsPage],
  ['docs/reference/tools.md', toolsPage],
  ['docs/reference/errors.md', errorsPage],
  ['docs/reference/roles.md', rolesPage],
  ['docs/reference/settings.md', settingsPage],
  ['docs/reference/states.md', statesPage],
  ['docs/reference/wait-reasons.md', waitReasonsPage],
])('%s says what the code says', (path, page) => {
  expect(committed(path)).toBe(page());
});

test.each([
  ['agents/index.ts', agentRegistry],
  ['agents/works.ts', workRegistry],
  ['agents/day-parts.ts', dayPartRegistry],
  ['agents/modules.ts', moduleRegistry],
  ['tools/index.ts', toolRegistry],
  ['tools/declared.ts', toolDeclarations],
  ['src/workspace/proposals/kinds/index.ts', kindRegistry],
  ['src/workspace/retrieval/sources.ts', searchSourceRegistry],
])('%s lists every file of its kind', (path, registry) => {
  expect(committed(path)).toBe(registry(root));
});

test('the database takes exactly the types of source that search finds', () => {
  const [, types = ''] =
    /chunks_source_type_check CHECK .*ARRAY\[(.*?)\]/.exec(committed('src/platform/db/schema.sql')) ?? [];
  expect([...types.matchAll(/'(\w+)'/g)].map(([, type]) => type)).toEqual(SEARCH_SOURCE_TYPES);
});

test('every wait reason has code that gives it, and nothing else makes one', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const code = files
    .filter((path) => path.endsWith('.ts'))
    .map((path) => committed(join('src', path)))
    .join('\n');
  const given = [...code.matchAll(/waitFor\(\s*'(\w+)'|'(\w+)' satisfies WaitReasonCode/g)].map(
    ([, called, named]) => called ?? named,
  );
  expect(new Set(given)).toEqual(new Set(WAIT_REASONS));
  const literal = new RegExp(`code'?[:,] '(${WAIT_REASONS.join('|')})'`);
  expect(code.match(literal)).toBeNull();
});

test('the page of a wait reason links only to pages that are there', () => {
  const links = [...committed('docs/reference/wait-reasons.md').matchAll(/\]\(([\w./-]+)\)/g)];
  expect(links.length).toBeGreaterThan(2);
  for (const [, path = ''] of links) expect(existsSync(join(root, 'docs/reference', path)), path).toBe(true);
});

test('every event has code that writes it, but the reserved ones have none', () => {
  const folders = ['src', 'activities', 'workflows'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
  );
  const sources = folders.filter(
    (path) => path.endsWith('.ts') && path !== 'workflows/contract/run-state.ts',
  );
  const code = sources.map(committed).join('\n');
  const ends = ENDED_STATUSES.map(endingEvent);
  const unwritten = RUN_EVENTS.filter((event) => !ends.includes(event) && !code.includes(`'${event}'`));
  expect(unwritten).toEqual(RESERVED_EVENTS);
});

test('openapi.json is what the API serves', async () => {
  const { body } = await used.api.get('/api/openapi.json');
  expect(JSON.parse(committed('docs/reference/openapi.json'))).toEqual(body);
});

test('every endpoint that README and docs name is there', async () => {
  const { body } = await used.api.get('/api/openapi.json');
  const paths = Object.keys(body.paths).map((path) => path.replace(/\{[^}]+\}/g, ':id'));
  const pages = globSync('{README.md,docs/{,concepts/,guides/,runbooks/}*.md}', { cwd: root });
  const text = pages.map(committed).join('\n');
  const named = text.match(/`?(?:GET|POST|PUT) (\/api\/[\w/:-]+)/g) ?? [];
  expect(named.length).toBeGreaterThan(3);
  for (const one of named) {
    const path = one
      .replace(/^`?(GET|POST|PUT) /, '')
      .replace(/\/$/, '')
      .replace(/:\w+/g, ':id');
    expect(
      paths.some((known) => known === path),
      path,
    ).toBe(true);
  }
});
