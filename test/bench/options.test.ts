import { expect, test } from 'vitest';
import { BadFlags, PARTS, readOptions } from '../../bench/harness/options.js';

test('without flags every part is measured in full', () => {
  const { parts, quick, json, sizes } = readOptions([]);
  expect([...parts]).toEqual([...PARTS]);
  expect({ quick, json, many: sizes.many_runs }).toEqual({ quick: false, json: undefined, many: 1_000_000 });
});

test('--only chooses parts, --quick cuts the counts', () => {
  const { parts, sizes } = readOptions(['--quick', '--only', 'floor, feed']);
  expect([...parts]).toEqual(['floor', 'feed']);
  expect(sizes.many_runs).toBeLessThan(1_000_000);
});

test.each([
  [['--only', 'floor,foo'], '"foo"'],
  [['--only', ''], '""'],
  [['--fast'], '--fast'],
  [['more'], 'more'],
  [['--json'], '--json'],
  [['--json', '/no/such/folder/figures.json'], '/no/such/folder'],
])('%j is told what is wrong', (args, words) => {
  expect(() => readOptions(args)).toThrow(BadFlags);
  expect(() => readOptions(args)).toThrow(words);
});
