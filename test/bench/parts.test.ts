import { globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findParts } from '../../bench/harness/find-parts.js';
import { readOptions } from '../../bench/harness/options.js';
import { type AnyPart, CONDITIONS, sizesOf } from '../../bench/harness/part.js';
import { reportText } from '../../bench/harness/report.js';
import { asJson, type Machine, summarise } from '../../bench/harness/results.js';
import type { BenchStack } from '../../bench/harness/stack.js';
import { root } from '../../stack/root.js';

const folder = join(root, 'bench');
const all = await findParts(folder);

test('every folder of the bench but the harness is a part', () => {
  const folders = globSync('*/', { cwd: folder }).map((path) => basename(path));
  expect(all.map(({ name }) => name).sort()).toEqual(folders.filter((name) => name !== 'harness').sort());
});

test('parts that need a fresh or quiet stack come before those that burden it', () => {
  const order = all.map(({ condition }) => CONDITIONS.indexOf(condition));
  expect(order).toEqual([...order].sort());
  expect(all[0]).toMatchObject({ name: 'memory', condition: 'fresh' });
});

test('a size that parts share has the same value in each', () => {
  for (const isQuick of [true, false]) {
    const known: Record<string, unknown> = {};
    for (const [name, value] of all.flatMap((part) => Object.entries(sizesOf(part, isQuick)))) {
      known[name] ??= value;
      expect({ [name]: value }).toEqual({ [name]: known[name] });
    }
  }
});

const NEW_PART = `export default {
  name: 'new-part',
  question: 'How much is new?',
  condition: 'quiet',
  sizes: { full: { new_things: 9 }, quick: { new_things: 2 } },
  measure: async (bench, { new_things }) => ({ bench, new_things }),
  summarise: ({ bench, new_things }) => ({
    ratios: {
      newness: { title: 'new / old', target: '≤ 3.00', value: new_things, rounds: [new_things] },
      unknown: undefined,
    },
    results: { novelty: { things: new_things, by: bench.url } },
  }),
  report: ({ novelty }) => ['  ' + novelty.things + ' new things'],
};
`;

const machine: Machine = {
  cores: 2,
  processor: 'p',
  memory_gb: 4,
  node: '24',
  postgres: '18',
  temporal: '1',
  platform: 'linux x64',
};

test('the folder of a new part is all that it takes to measure and report it', async () => {
  const bench = mkdtempSync(join(tmpdir(), 'nightshift-parts-'));
  onTestFinished(() => rmSync(bench, { recursive: true, force: true }));
  for (const name of ['new-part', 'harness', 'emptied']) mkdirSync(join(bench, name));
  writeFileSync(join(bench, 'new-part/index.ts'), NEW_PART);
  const found = await findParts(bench);
  const { parts, quick } = readOptions(['--only', 'new-part', '--quick'], found);
  const [part] = parts as [AnyPart];
  const measured = await part.measure({ url: 'here' } as BenchStack, sizesOf(part, quick));
  const results = summarise(new Map([[part, measured]]));
  const text = reportText(results, machine, ['a note']);
  expect(text).toMatch(/new \/ old +2\.00 +≤ 3\.00 +2\.00/);
  expect(text.split('\n').at(-1)).toBe('  2 new things');
  expect(asJson(results, machine, { seconds: 1 })).toEqual({
    ratios: { newness: 2 },
    ratio_rounds: { newness: [2] },
    novelty: { things: 2, by: 'here' },
    machine,
    settings: { seconds: 1 },
  });
});

test('a folder whose part has another name is refused', async () => {
  const bench = mkdtempSync(join(tmpdir(), 'nightshift-parts-'));
  onTestFinished(() => rmSync(bench, { recursive: true, force: true }));
  mkdirSync(join(bench, 'other-part'));
  writeFileSync(join(bench, 'other-part/index.ts'), NEW_PART);
  await expect(findParts(bench)).rejects.toThrow('does not export the part other-part');
});
