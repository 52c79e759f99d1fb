import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findParts } from '../../bench/harness/find-parts.js';
import { BadFlags, benchUsage, readOptions } from '../../bench/harness/options.js';
import { allSizes } from '../../bench/harness/results.js';
import { root } from '../../stack/root.js';

const all = await findParts(join(root, 'bench'));

test('without flags every part is measured in full', () => {
  const { parts, quick, json } = readOptions([], all);
  expect(parts).toEqual(all);
  expect({ quick, json }).toEqual({ quick: false, json: undefined });
  expect(allSizes(parts, quick)).toMatchObject({ many_runs: 1_000_000, warm_up: 200, docs: 1000 });
});

test('--only chooses parts, --quick cuts the counts', () => {
  const { parts, quick } = readOptions(['--quick', '--only', 'floor, feed'], all);
  expect(parts.map(({ name }) => name)).toEqual(['floor', 'feed']);
  expect(allSizes(parts, quick)).toMatchObject({ many_runs: 20_000, few_runs: 1000, in_flight: 64 });
});

test('the usage names every part with its question', () => {
  for (const { name, question } of all)
    expect(benchUsage(all)).toMatch(new RegExp(`${name} +${question.slice(0, 20)}`));
});

test.each([
  [['--only', 'floor,foo'], '"foo"'],
  [['--only', ''], '""'],
  [['--fast'], '--fast'],
  [['more'], 'more'],
  [['--json'], '--json'],
  [['--json', '/no/such/folder/figures.json'], '/no/such/folder'],
])('%j is told what is wrong', (args, words) => {
  expect(() => readOptions(args, all)).toThrow(BadFlags);
  expect(() => readOptions(args, all)).toThrow(words);
});
