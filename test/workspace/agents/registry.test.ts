import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { works } from '../../../src/workspace/work/index.js';
import { agents } from '../../../workflows/agents/index.js';

const folder = join(import.meta.dirname, '../../../src/workspace/work');

test('every file of work is registered, and named like its agent', () => {
  const files = readdirSync(folder).filter((file) =>
    readFileSync(join(folder, file), 'utf8').includes('export default defineWork'),
  );
  expect(works.map(({ agent }) => `${agent.replaceAll('_', '-')}.ts`).sort()).toEqual(files.sort());
  const keys = agents.map(({ key }) => key);
  for (const { agent } of works) expect(keys).toContain(agent);
});

test('every example fits its agent', () => {
  for (const { key, input, example } of agents) expect(input.safeParse(example).success, key).toBe(true);
});
