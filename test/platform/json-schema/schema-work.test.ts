import { expect, test } from 'vitest';
import { isTooMuchWork } from '../../../src/platform/json-schema/work.js';
import { publishedAgent } from '../../engine/agents/own-agents.js';
import { expectProblem } from '../../support/problems.js';
import { useApi } from '../../support/use-api.js';

const used = useApi();
const alternatives = (count: number) => Array.from({ length: count }, (_, at) => ({ const: at }));
const listOf = (items: object) => ({ type: 'object', properties: { list: { type: 'array', items } } });

test('a thousand alternatives for a thousand elements are refused before they are checked, by field', async () => {
  await publishedAgent(used.api, 'wide', {
    instructions: 'x',
    input_schema: listOf({ anyOf: alternatives(1000) }),
    output_schema: listOf({ type: 'string' }),
  });
  const start = (length: number) =>
    used.api.post('/api/agent-runs', { agent: 'wide', input: { list: Array.from({ length }, () => -1) } });
  expectProblem(await start(1000), 'validation_failed', 'input');
  expectProblem(await start(3), 'validation_failed', 'input.list.0');
});

test('the work is that of every alternative for every element, with references followed', () => {
  const list = (length: number) => ({ list: Array.from({ length }, () => 'x') });
  expect(isTooMuchWork(listOf({ type: 'string' }), list(10_000))).toBe(false);
  expect(isTooMuchWork(listOf({ anyOf: alternatives(100) }), list(1000))).toBe(true);
  expect(isTooMuchWork(listOf({ enum: Array.from({ length: 1000 }, (_, at) => at) }), list(100))).toBe(true);
  const referring = { ...listOf({ $ref: '#/$defs/many' }), $defs: { many: { oneOf: alternatives(1000) } } };
  expect(isTooMuchWork(referring, list(100))).toBe(true);
  expect(isTooMuchWork(referring, list(10))).toBe(false);
});

test('an absent field that is required counts with every alternative that it might have had', () => {
  const properties = { a: { anyOf: alternatives(1000) } };
  const empty = { list: Array.from({ length: 1000 }, () => ({})) };
  expect(isTooMuchWork(listOf({ type: 'object', properties, required: ['a'] }), empty)).toBe(true);
  expect(isTooMuchWork(listOf({ type: 'object', properties }), empty)).toBe(false);
});

test('fields that a schema declares count for every element that lacks them', () => {
  const names = Array.from({ length: 1000 }, (_, at) => `field_${at}`);
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
  const empty = (length: number) => ({ list: Array.from({ length }, () => ({})) });
  expect(isTooMuchWork(listOf({ type: 'object', properties, required: names }), empty(1000))).toBe(true);
  expect(isTooMuchWork(listOf({ type: Array.from({ length: 5000 }, () => 'string') }), empty(100))).toBe(
    true,
  );
  const twenty = Object.fromEntries(names.slice(0, 20).map((name) => [name, { type: 'string' }]));
  const full = Object.fromEntries(names.slice(0, 20).map((name) => [name, 'x']));
  expect(
    isTooMuchWork(listOf({ type: 'object', properties: twenty }), {
      list: Array.from({ length: 1000 }, () => full),
    }),
  ).toBe(false);
});
