import type { Caller, Json } from '../support/caller.js';
import { withoutReferences } from '../support/openapi.js';

export interface Operation {
  method: string;
  path: string;
  needs: string | undefined;
  described: Json;
}

/** Every operation that the running API describes; those of health, and the claim of an invitation, need nothing. */
export async function operations(api: Caller): Promise<Operation[]> {
  const { body } = await api.get('/api/openapi.json');
  const { paths: described } = withoutReferences(body);
  const paths: [string, Record<string, Json>][] = Object.entries(described);
  return paths.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase(),
      path,
      needs: /^Needs `([a-z_]+:(?:read|write))`\.$/.exec(described.description ?? '')?.[1],
      described,
    })),
  );
}

export function isOpen({ path }: Operation): boolean {
  return path.startsWith('/api/health/') || path === '/api/claims';
}

export function takesAnyKey({ described }: Operation): boolean {
  return described.description === 'Takes any valid key.';
}

/** The path with this id, and with whatever else the operation cannot do without. */
export function withId({ path, described }: Operation, id: string): string {
  const filled = path
    .replace('{id}', id)
    .replace('{key}', 'self_check')
    .replace('{number}', '1')
    .replace('{kind}', 'blocks')
    .replace('{other_id}', '00000000-0000-4000-8000-000000000000')
    .replace(/\{\w+\}/g, 'run.json');
  const needed = (described.parameters ?? []).filter((one: Json) => one.in === 'query' && one.required);
  const query = needed.map(({ name, schema }: Json) => `${name}=${least(schema)}`).join('&');
  return query ? `${filled}?${query}` : filled;
}

/** The least body that an operation's own schema takes. */
export function leastBody({ described }: Operation): Json {
  const schema = described.requestBody?.content['application/json']?.schema;
  return schema && least(schema);
}

function least(schema: Json): Json {
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf ?? schema.oneOf) return least((schema.anyOf ?? schema.oneOf)[0]);
  const [type] = [schema.type].flat();
  switch (type) {
    case 'object': {
      const required: string[] = schema.required ?? [];
      return Object.fromEntries(required.map((name) => [name, least(schema.properties[name])]));
    }
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => least(schema.items));
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    default:
      return leastText(schema);
  }
}

function leastText({ format, minLength = 1 }: Json): string {
  if (format === 'email') return 'someone@example.test';
  if (format === 'uuid') return '00000000-0000-4000-8000-000000000000';
  if (format === 'date-time') return '2999-01-01T00:00:00Z';
  if (format === 'date') return '2999-01-01';
  return 'x'.repeat(minLength);
}
