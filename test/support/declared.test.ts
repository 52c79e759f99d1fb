import { describe, expect, test } from 'vitest';
import { undeclared } from './declared.js';
import { committedDocument, withoutReferences } from './openapi.js';

const ID = '01890000-0000-7000-8000-000000000000';
const ORGANISATION = { id: ID, name: 'Acme', slug: 'acme', created_at: '2026-11-01T00:00:00.000Z' };
const PROBLEM = {
  type: 'urn:nightshift:error:not_found',
  title: 'Nothing has this id or address',
  status: 404,
  code: 'not_found',
  detail: 'There is no project.',
};
const json = (status: number, body: unknown) => ({ status, type: 'application/json; charset=utf-8', body });
const problem = (status: number, change: object = {}) => ({
  status,
  type: 'application/problem+json',
  body: { ...PROBLEM, status, ...change },
});

const answered = (body: unknown, status = 200) =>
  undeclared('PATCH', '/api/organisation', json(status, body));

describe('an answer', () => {
  test('as declared has nothing wrong', () => {
    expect(answered(ORGANISATION)).toBeNull();
    expect(undeclared('GET', `/api/projects/${ID}?x=1`, problem(404))).toBeNull();
    expect(undeclared('DELETE', `/api/members/${ID}`, { status: 204, type: '', body: '' })).toBeNull();
  });

  test.each([
    ['a field more', { ...ORGANISATION, secret: 1 }],
    ['a field less', { ...ORGANISATION, slug: undefined }],
    ['a field of another type', { ...ORGANISATION, name: 7 }],
    ['a field of another format', { ...ORGANISATION, id: 'acme' }],
    ['a null', { ...ORGANISATION, name: null }],
    ['a list', [ORGANISATION]],
  ])('with %s is refused', (_, body) => {
    expect(answered(JSON.parse(JSON.stringify(body)))).toMatch(/otherwise than declared/);
  });

  test('of another status is refused', () => {
    for (const status of [201, 204, 302, 404, 418, 500, 502, 504])
      expect(answered(ORGANISATION, status), `${status}`).toMatch(/not declared/);
  });

  test('of another type is refused', () => {
    const html = { status: 200, type: 'text/html', body: '<p>' };
    expect(undeclared('PATCH', '/api/organisation', html)).toMatch(/as "text\/html"/);
    expect(
      undeclared('GET', `/api/projects/${ID}`, { ...problem(404), type: 'application/json' }),
    ).not.toBeNull();
  });

  test('with a body where none is declared is refused', () => {
    const deleted = { status: 204, type: 'application/json', body: { id: ID } };
    expect(undeclared('DELETE', `/api/members/${ID}`, deleted)).toMatch(/with a body/);
  });
});

describe('a problem', () => {
  const shown = (change: object) => undeclared('GET', `/api/projects/${ID}`, problem(404, change));

  test('with a code that the operation does not declare is refused', () => {
    expect(shown({ code: 'already_exists' })).toMatch(/otherwise than declared/);
    expect(shown({ code: 'agent_unknown' })).toMatch(/otherwise than declared/);
  });

  test('with a field more or less is refused', () => {
    expect(shown({ stack: 'at x.ts' })).not.toBeNull();
    expect(shown({ detail: undefined })).not.toBeNull();
    expect(shown({ errors: [{ field: 'x' }] })).not.toBeNull();
  });
});

describe('a path of the API that is no operation', () => {
  test('is answered 404 or 405, with a problem document', () => {
    expect(undeclared('GET', '/api/nowhere', problem(404))).toBeNull();
    expect(undeclared('PUT', '/api/me', problem(405, { code: 'method_not_allowed' }))).toBeNull();
  });

  test('is refused with anything else', () => {
    expect(undeclared('GET', '/api/nowhere', json(200, {}))).toMatch(/no operation/);
    expect(undeclared('GET', '/api/nowhere', json(404, {}))).toMatch(/no operation/);
    expect(undeclared('GET', '/api/nowhere', problem(500))).toMatch(/no operation/);
    expect(undeclared('PUT', '/api/me', problem(404, { extra: 1 }))).not.toBeNull();
  });
});

describe('the document', () => {
  const { paths } = withoutReferences(committedDocument());
  // biome-ignore lint/suspicious/noExplicitAny: a schema is walked, whatever is in it.
  type Schema = any;
  const answers: [string, string, Schema][] = Object.entries<Schema>(paths).flatMap(([path, methods]) =>
    Object.entries<Schema>(methods).flatMap(([method, { responses }]) =>
      Object.entries<Schema>(responses).map(([status, one]): [string, string, Schema] => [
        `${method} ${path}`,
        status,
        one,
      ]),
    ),
  );

  test('declares every status by its number, and no failure but 503', () => {
    for (const [operation, status] of answers) {
      expect(status, operation).toMatch(/^[245]\d\d$/);
      if (Number(status) >= 500) expect(status, operation).toBe('503');
    }
  });

  test('leaves open only what an agent, a kind or a person gives its shape', () => {
    const open = new Set<string>();
    const walk = (schema: Schema, name: string): void => {
      const { properties, additionalProperties: others } = schema;
      const known = ['type', 'anyOf', 'oneOf', 'allOf', 'enum', '$ref'].some((key) => key in schema);
      if (!known || (schema.type === 'object' && (others === undefined || isAny(others)))) open.add(name);
      for (const [field, inner] of Object.entries(properties ?? {})) walk(inner, field);
      for (const inner of schema.anyOf ?? schema.oneOf ?? []) walk(inner, name);
      if (schema.items) walk(schema.items, name);
      if (others && !isAny(others)) walk(others, name);
    };
    for (const [operation, , { content = {} }] of answers)
      for (const { schema } of Object.values<Schema>(content)) if (schema) walk(schema, operation);
    expect([...open].sort()).toEqual(OPEN);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: a schema.
const isAny = (schema: any) =>
  schema === true || (typeof schema === 'object' && Object.keys(schema).length === 0);
const OPEN = [
  'after',
  'before',
  'change',
  'data',
  'details',
  'error',
  'example',
  'info',
  'input',
  'input_schema',
  'metadata',
  'output_schema',
  'payloads',
  'result',
];
