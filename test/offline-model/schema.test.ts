import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { PROJECT, post, useOfflineModel } from './model.js';

useOfflineModel();

type Schema = Record<string, unknown>;

const LINES = PROJECT.split('\n').concat(
  JSON.stringify({ alpha: 3, beta: ['x', 'y'], gamma: { delta: null, when: '2026-01-02T03:04:05Z' } }),
  'mail dana@example.com or see https://example.org/a',
  'Alpha: 12.5%',
);
const NAMES = [
  'alpha',
  'beta',
  'gammaDelta',
  'ticketId',
  'title',
  'summary',
  'status',
  'due_date',
  'count',
  'is_open',
  'tags',
];
const PATTERNS = [
  '^TCK-\\d+$',
  '^[a-z]{2,5}$',
  '^(?:low|high)-[0-9A-F]{4}$',
  '\\d{3}',
  '^[^a-z]+$',
  '^a+b?c*$',
  '^.{3,}$',
];
const FORMATS = ['date', 'date-time', 'time', 'duration', 'email', 'uuid', 'uri', 'hostname', 'ipv4', 'ipv6'];

const name = fc.constantFrom(...NAMES);
const range = (most: number) =>
  fc.tuple(fc.nat(most), fc.nat(most)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);

const scalar: fc.Arbitrary<Schema> = fc.oneof(
  fc.constant({ type: 'string' }),
  range(30).map(([low, high]) => ({ type: 'string', minLength: low, maxLength: high })),
  fc.constantFrom(...FORMATS).map((format) => ({ type: 'string', format })),
  fc.constantFrom(...PATTERNS).map((pattern) => ({ type: 'string', pattern })),
  fc.constant({ type: 'boolean' }),
  fc.constant({ type: 'null' }),
  fc
    .integer({ min: -1000, max: 1000 })
    .chain((low) => fc.nat(500).map((span) => ({ type: 'integer', minimum: low, maximum: low + span }))),
  fc
    .constantFrom(0.01, 0.1, 0.25, 3, 7)
    .map((step) => ({ type: 'number', minimum: -50, maximum: 50, multipleOf: step })),
  fc.nat(100).map((low) => ({ type: 'number', exclusiveMinimum: low, exclusiveMaximum: low + 0.5 })),
  fc
    .uniqueArray(fc.constantFrom('open', 'in_progress', 'done', 'high', 'Dana', 'zzz'), { minLength: 1 })
    .map((options) => ({
      type: 'string',
      enum: options,
    })),
  fc.constantFrom('x', 7, true).map((value) => ({ const: value })),
  fc.constantFrom('string', 'integer', 'boolean', 'number').map((type) => ({ type: [type, 'null'] })),
);

const { node } = fc.letrec<{ node: Schema; object: Schema; array: Schema; union: Schema }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { arbitrary: scalar, weight: 3 },
    tie('object'),
    tie('array'),
    tie('union'),
    fc.constant({ $ref: '#/$defs/tree' }),
    tie('object').map((object) => ({ allOf: [object, { description: 'merged' }] })),
  ),
  object: fc
    .tuple(fc.dictionary(name, tie('node'), { maxKeys: 4 }), fc.nat(15), fc.boolean())
    .map(([properties, wanted, closed]) => ({
      type: 'object',
      properties,
      required: Object.keys(properties).filter((_, at) => (wanted >> at) & 1),
      ...(closed ? { additionalProperties: false } : {}),
    })),
  array: fc
    .tuple(tie('node'), range(4))
    .map(([items, [low, high]]) => ({ type: 'array', items, minItems: low, maxItems: high })),
  union: fc.oneof(
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    fc.tuple(tie('node'), tie('node')).map((parts) => ({
      oneOf: parts.map((inner, at) => ({
        type: 'object',
        properties: { kind: { type: 'string', const: `kind_${at}` }, inner },
        required: ['kind', 'inner'],
        additionalProperties: false,
      })),
    })),
  ),
}));

const TREE = {
  type: 'object',
  properties: {
    title: { type: 'string' },
    children: { type: 'array', items: { $ref: '#/$defs/tree' } },
    parent: { anyOf: [{ $ref: '#/$defs/tree' }, { type: 'null' }] },
  },
  required: ['title', 'children', 'parent'],
  additionalProperties: false,
};

const schemas = fc.dictionary(name, node, { minKeys: 1, maxKeys: 5 }).map(
  (properties): Schema => ({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
    $defs: { tree: TREE },
  }),
);
const texts = fc.array(
  fc.oneof({ arbitrary: fc.constantFrom(...LINES), weight: 3 }, fc.string({ unit: 'grapheme' })),
);

async function fill(schema: Schema, input: string): Promise<string> {
  const format = { type: 'json_schema', name: 'any', schema };
  const response = await post('/v1/responses', { model: 'any', input, text: { format } });
  const body = (await response.json()) as { output: [{ content: [{ text: string }] }]; error: unknown };
  expect(body.error).toBeNull();
  return body.output[0].content[0].text;
}

describe('structured output', () => {
  test('is valid for every schema and every text, and the same each time', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(schemas, texts, async (schema, lines) => {
        const input = lines.join('\n');
        const [first, second] = await Promise.all([fill(schema, input), fill(schema, input)]);
        expect(
          z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema).safeParse(JSON.parse(first)).error,
        ).toBeUndefined();
        expect(second).toBe(first);
      }),
      { numRuns: 300 },
    );
  });
});
