import { expect, test } from 'vitest';
import { z } from 'zod';
import { ComponentSchemas } from '../../src/api/component-schemas.js';
import type { Json } from '../support/caller.js';
import { committedDocument } from '../support/openapi.js';

const document = committedDocument();
const SCHEMAS: Record<string, Json> = document.components.schemas;
const OPERATIONS: [string, Json][] = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
  Object.entries<Json>(methods).map(([method, operation]): [string, Json] => [
    `${method} ${path}`,
    operation,
  ]),
);

/** Each JSON body of a request or an answer, with where it stands. */
function bodies(): [string, string, Json][] {
  const shared = Object.entries<Json>(document.components.responses);
  const own = OPERATIONS.flatMap(([operation, { requestBody, responses }]) =>
    [requestBody, ...Object.values<Json>(responses)].map((body): [string, Json] => [operation, body]),
  );
  return [...shared, ...own].flatMap(([where, body]) =>
    Object.entries<Json>(body?.content ?? {}).map(([type, { schema }]): [string, string, Json] => [
      where,
      type,
      schema,
    ]),
  );
}

/** Every schema inside another one, each with the name of its component or operation. */
function* inner(part: Json, where: string): Generator<[string, Json]> {
  if (typeof part !== 'object' || part === null) return;
  for (const one of Object.values<Json>(part)) {
    yield [where, one];
    yield* inner(one, where);
  }
}

test('each operation has an id of its own, in plain words', () => {
  const ids = OPERATIONS.map(([, { operationId }]) => operationId);
  for (const id of ids) expect(id).toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(
    expect.arrayContaining(['listRuns', 'getRun', 'startRun', 'createTicket', 'listInbox']),
  );
});

test('each JSON body of a request or an answer is a named component', () => {
  const found = bodies();
  expect(found.length).toBeGreaterThan(150);
  for (const [where, type, schema] of found) {
    if (type === 'application/json') expect(schema.$ref, where).toMatch(/^#\/components\/schemas\/\w+$/);
    else if (type === 'application/problem+json')
      expect(schema.allOf, where).toEqual([
        { $ref: '#/components/schemas/Problem' },
        { properties: { code: { enum: expect.any(Array) } } },
      ]);
    else expect(schema.type, where).toBe('string');
  }
});

test('each component has a name that a person reads, and something refers to it', () => {
  const text = JSON.stringify(document);
  for (const [kind, components] of Object.entries<Json>({
    schemas: SCHEMAS,
    parameters: document.components.parameters,
  }))
    for (const name of Object.keys(components)) {
      expect(name).toMatch(/^[A-Z][a-z]+([A-Z][a-z]+)*$/);
      expect(name).not.toMatch(/Dto|Schema/);
      expect(text, name).toContain(`"#/components/${kind}/${name}"`);
    }
  expect(Object.keys(SCHEMAS)).toEqual(
    expect.arrayContaining(['Run', 'RunEvent', 'Proposal', 'Ticket', 'Doc', 'Thread', 'Memory', 'Schedule']),
  );
});

test('an object or a list of values that two components hold is a component itself', () => {
  const holders = new Map<string, Set<string>>();
  for (const [name, schema] of Object.entries(SCHEMAS))
    for (const [where, part] of inner(schema, name)) {
      const isObject = part?.type === 'object' && part.properties !== undefined;
      if (!isObject && !(part?.enum?.length > 1)) continue;
      const { description: _, ...rest } = part;
      const text = JSON.stringify(rest);
      holders.set(text, (holders.get(text) ?? new Set()).add(where));
    }
  for (const [text, names] of holders) expect([...names], text).toHaveLength(1);
});

test('the parameters that many operations take are components', () => {
  const parameters = OPERATIONS.flatMap(([, operation]) => operation.parameters ?? []);
  const others: Json[] = parameters.filter(({ $ref }: Json) => $ref === undefined);
  expect(others.length).toBeLessThan(parameters.length / 3);
  for (const name of ['Id', 'Limit', 'Before', 'IdempotencyKey'])
    expect(document.components.parameters, name).toHaveProperty(name);
});

test('a failure has one of the codes of the error table', () => {
  expect(SCHEMAS.Problem.properties.code).toEqual({ $ref: '#/components/schemas/ErrorCode' });
  const codes: string[] = SCHEMAS.ErrorCode.enum;
  const declared = bodies().filter(([, type]) => type === 'application/problem+json');
  expect(declared.length).toBeGreaterThan(10);
  for (const [where, , schema] of declared)
    for (const code of schema.allOf[1].properties.code.enum) expect(codes, where).toContain(code);
});

test('a schema whose form in requests differs from its form in answers needs two names', () => {
  const schemas = new ComponentSchemas();
  const schema = z.object({ title: z.string().default('') }).meta({ id: 'Note' });
  expect(schemas.convert(z.object({ note: schema }), 'input')?.components).toHaveProperty('Note');
  schemas.convert(schema, 'input');
  expect(() => schemas.convert(schema, 'output')).toThrow('Note has two forms');
});
