import { expect, test } from 'vitest';
import { entities } from '../../../src/platform/db/data-source.js';
import { breachesOf, sourceFiles } from '../../support/statements.js';

test('statements are sent by stores, and each of several lines is a constant with its name', () => {
  expect(sourceFiles().flatMap(breachesOf)).toEqual([]);
});

test.each([
  ['a.service.ts', 'db.query(`SELECT 1`)', 'a.service.ts:1 sends a statement outside of a store'],
  ['a.service.ts', 'db.getRepository(Doc).find()', 'a.service.ts:1 sends a statement outside of a store'],
  ['a.service.ts', 'const ALL = `\n SELECT 1`', 'a.service.ts:1 holds SQL outside of a store'],
  [
    'a.store.ts',
    'function all(db) {\n return db.query(`SELECT 1\n FROM docs`);\n}',
    'a.store.ts:2 holds SQL of several lines without a name of its own',
  ],
  [
    'a.store.ts',
    'function all(db) {\n const ALL = `SELECT 1\n FROM docs`;\n return db.query(ALL);\n}',
    'a.store.ts:2 holds SQL of several lines without a name of its own',
  ],
  [
    'a.store.ts',
    'const all = `SELECT 1\n FROM docs`;',
    'a.store.ts:1 holds SQL of several lines without a name of its own',
  ],
])('in %s it finds %j', (path, text, breach) => {
  expect(breachesOf({ path, text })).toEqual([breach]);
});

test.each([
  'const ALL = `SELECT 1\n FROM docs`;\nconst all = (db) => db.query(ALL);',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a program.
  'const OF = (table) => `SELECT 1\n FROM ${table}`;',
  'const one = (db) => db.query(`SELECT 1 FROM docs`);',
])('a store may hold %j', (text) => {
  expect(breachesOf({ path: 'a.store.ts', text })).toEqual([]);
});

test('a class stands for a table only where rows are read or written through TypeORM', () => {
  const stores = sourceFiles().filter(
    ({ path }) => path.endsWith('.store.ts') || path.endsWith('.repository.ts'),
  );
  const used = new Set(
    stores.flatMap(({ text }) => [...text.matchAll(/getRepository\((\w+)\)/g)].map(([, name]) => name)),
  );
  expect(entities.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
});
