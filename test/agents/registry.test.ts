import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { agents } from '../../agents/index.js';
import { REPORT_AGENTS } from '../../agents/kit/reports/report-agents.js';
import { works } from '../../agents/works.js';

test('work is named like the agent of its folder', () => {
  const folder = join(import.meta.dirname, '../../agents');
  const folders = globSync('*/work.ts', { cwd: folder }).map((file) => dirname(file));
  expect(works.map(({ agent }) => agent.replaceAll('_', '-')).sort()).toEqual(folders.sort());
  const keys = agents.map(({ key }) => key);
  for (const { agent } of works) expect(keys).toContain(agent);
});

test('every example fits its agent', () => {
  for (const { key, input, example } of agents) expect(input.safeParse(example).success, key).toBe(true);
});

test('flows know the agents that are reports', () => {
  const reports = agents.filter(({ news }) => news === 'report').map(({ key }) => key);
  expect(REPORT_AGENTS).toEqual(reports);
});
