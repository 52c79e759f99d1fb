import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Caller, type Json } from '../support/caller.js';
import { referred } from '../support/openapi.js';
import { LONG } from '../support/stack.js';
import { useApi } from '../support/use-api.js';
import { isOpen, type Operation, operations } from './operations.js';

const used = useApi();

/** The tests of this block go on from each other: no worker polls at first. */
describe('health', () => {
  const nobody = () => new Caller(used.url, '');

  test('live: the process answers', async () => {
    const { status, body } = await nobody().get('/api/health/live');
    expect({ status, body }).toEqual({ status: 200, body: { status: 'ok' } });
  });

  test('not ready without a worker, which is named; the other parts are up', async () => {
    const { status, body } = await nobody().get('/api/health/ready');
    expect(status).toBe(503);
    expect(body).toMatchObject({
      status: 'error',
      info: { postgres: { status: 'up' }, temporal: { status: 'up' } },
      error: { workers: { status: 'down', message: 'no worker polls; runs wait' } },
    });
    expect(Object.keys(body.error)).toEqual(['workers']);
  });

  test('ready with a worker, and not any more when it has ended', async () => {
    const worker = await used.stack.startWorker();
    const ready = await vi.waitFor(async () => {
      const answer = await nobody().get('/api/health/ready');
      expect(answer.status).toBe(200);
      return answer;
    }, LONG);
    expect(ready.body).toMatchObject({
      status: 'ok',
      error: {},
      details: {
        postgres: { status: 'up' },
        temporal: { status: 'up' },
        workers: { status: 'up', polling: 1 },
      },
    });
    const { build, builds } = ready.body.details.workers;
    expect(build).toMatch(/^[0-9a-f]{16}$/);
    expect(builds).toEqual([build]);
    await worker.end();
    expect((await nobody().get('/api/health/ready')).status).toBe(503);
    expect((await nobody().get('/api/health/live')).status).toBe(200);
  });

  test('says nothing of addresses, accounts and keys', async () => {
    const text = JSON.stringify((await nobody().get('/api/health/ready')).body);
    const { host, password } = new URL(used.stack.database);
    expect(password).not.toBe('');
    for (const secret of [host, password, used.stack.parts.temporal, used.stack.name])
      expect(text).not.toContain(secret);
  });
});

describe('the description of the API', () => {
  let document: Json;
  let all: Operation[];
  beforeAll(async () => {
    document = (await used.api.get('/api/openapi.json')).body;
    all = await operations(used.api);
  });

  test('is OpenAPI 3.1 with a title, a version and the scheme of the keys', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: 'Nightshift', version: expect.stringMatching(/^\d+\.\d+/) });
    expect(document.components.securitySchemes).toEqual({
      bearer: expect.objectContaining({ type: 'http', scheme: 'bearer' }),
    });
  });

  test('gives every operation an id of its own, answers, and what it needs', () => {
    expect(all.length).toBeGreaterThan(20);
    expect(new Set(all.map(({ described }) => described.operationId)).size).toBe(all.length);
    for (const route of all) {
      const { described, method, path } = route;
      const where = `${method} ${path}`;
      expect(path, where).toMatch(/^\/api\/[\w/{}-]+$/);
      const answers: [string, Json][] = Object.entries(described.responses);
      expect(
        answers.some(([status]) => /^2\d\d$/.test(status)),
        where,
      ).toBe(true);
      for (const [status, answer] of answers) {
        expect(status, where).toMatch(/^(2\d\d|4\d\d|503)$/);
        const shared = document.components.responses[answer.$ref?.split('/').at(-1)];
        expect(typeof (shared ?? answer).description, where).toBe('string');
      }
      if (isOpen(route)) expect(described.security ?? [], where).toEqual([]);
      else {
        expect(described.security, where).toEqual([{ bearer: [] }]);
        expect(described.summary, where).toMatch(/^\S.*[^.\s]$/);
        for (const status of ['401', '403', '429', '503'])
          expect(described.responses, where).toHaveProperty(status);
      }
    }
  });

  test('says of the health routes, too, what they are for', () => {
    for (const { described } of all.filter(isOpen)) expect(described.summary).toMatch(/\S/);
  });

  test('declares each parameter once, and all those of the path', () => {
    for (const { path, method, described } of all) {
      const where = `${method} ${path}`;
      const given: Json[] = described.parameters ?? [];
      const names = given.map(({ name, in: place }) => `${place} ${name.toLowerCase()}`);
      expect(new Set(names).size, where).toBe(names.length);
      const inPath = given.filter((one) => one.in === 'path');
      expect(inPath.map(({ name }) => name).sort(), where).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort(),
      );
      for (const one of inPath) expect(one.required, where).toBe(true);
      for (const one of given) expect(['path', 'query', 'header'], where).toContain(one.in);
      for (const one of given) expect(one.schema, `${where} ${one.name}`).toBeTypeOf('object');
    }
  });

  test('takes a body as JSON where something is written, and nowhere else', () => {
    for (const { path, method, described } of all) {
      if (!described.requestBody) continue;
      expect(['POST', 'PUT', 'PATCH'], `${method} ${path}`).toContain(method);
      expect(Object.keys(described.requestBody.content)).toEqual(['application/json']);
      expect(described.requestBody.content['application/json'].schema.type).toBe('object');
    }
    const bodies = all.filter(({ described }) => described.requestBody);
    expect(bodies.length).toBeGreaterThanOrEqual(7);
  });

  test('holds only schemas that OpenAPI 3.1 knows, and no keyword that generators of clients skip', () => {
    const types = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'];
    let checked = 0;
    const check = (schema: Json, where: string): void => {
      if (schema === true || Object.keys(schema).length === 0) return;
      checked += 1;
      if (schema.$ref) {
        expect(referred(document, schema.$ref), `${where} → ${schema.$ref}`).toBeTypeOf('object');
        return;
      }
      if ('type' in schema) for (const type of [schema.type].flat()) expect(types, where).toContain(type);
      const skipped = ['const', 'nullable', '$schema', '$defs', 'prefixItems', 'patternProperties'];
      for (const name of [...skipped, 'propertyNames']) expect(schema, where).not.toHaveProperty(name);
      if (schema.enum) expect(schema.enum.length, where).toBeGreaterThan(0);
      if (schema.pattern) expect(() => new RegExp(schema.pattern, 'u'), where).not.toThrow();
      if (schema.type === 'array') expect(schema.items, where).toBeTypeOf('object');
      if (schema.items) check(schema.items, `${where}[]`);
      for (const list of ['anyOf', 'oneOf', 'allOf'])
        for (const part of schema[list] ?? []) check(part, `${where}|`);
      const properties: [string, Json][] = Object.entries(schema.properties ?? {});
      for (const [name, part] of properties) check(part, `${where}.${name}`);
      for (const name of schema.required ?? []) expect(schema.properties, where).toHaveProperty([name]);
      if (typeof schema.additionalProperties === 'object') check(schema.additionalProperties, `${where}.*`);
    };
    for (const [name, schema] of Object.entries(document.components.schemas)) check(schema, name);
    for (const { path, method, described } of all) {
      const where = `${method} ${path}`;
      for (const { name, schema } of described.parameters ?? []) check(schema, `${where} ${name}`);
      const bodies: Json[] = [described.requestBody, ...Object.values(described.responses)];
      for (const body of bodies) {
        const contents: Json[] = Object.values(body?.content ?? {});
        for (const { schema } of contents) check(schema, where);
      }
    }
    expect(checked).toBeGreaterThan(300);
  });

  test('is shown as a page whose parts all load, under its own policy', async () => {
    const page = await used.api.get('/api/docs');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    const scripts = [...page.body.matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes);
    expect(scripts.length).toBeGreaterThan(0);
    for (const attributes of scripts) expect(attributes).toMatch(/\bsrc=/);
    const parts = [...page.body.matchAll(/(?:src|href)="(\.[^"]+)"/g)].map(([, path]) => path);
    expect(parts.length).toBeGreaterThan(3);
    for (const path of parts) {
      const { pathname } = new URL(path, `${used.url}/api/docs`);
      expect((await used.api.get(pathname)).status, pathname).toBe(200);
    }
  });
});
