import { isObject, type Json, type Schema, type SchemaNode, SchemaProblem, sameJson } from './types.js';

const MAX_HOPS = 64;
const LARGER = ['minLength', 'minItems', 'minProperties', 'minimum', 'exclusiveMinimum'] as const;
const SMALLER = ['maxLength', 'maxItems', 'maxProperties', 'maximum', 'exclusiveMaximum'] as const;

function pointed(ref: string, root: Schema): SchemaNode {
  if (!ref.startsWith('#')) throw new SchemaProblem(`reference "${ref}" points outside the schema`);
  let node: unknown = root;
  for (const part of ref.slice(1).split('/').slice(1)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    node = typeof node === 'object' && node !== null ? (node as Record<string, unknown>)[key] : undefined;
  }
  if (typeof node === 'boolean' || isObject(node)) return node as SchemaNode;
  throw new SchemaProblem(`reference "${ref}" points at nothing`);
}

function typesOf(schema: Schema): string[] | undefined {
  return schema.type === undefined ? undefined : [schema.type].flat();
}

function sharedTypes(a: Schema, b: Schema): string[] | undefined {
  const [left, right] = [typesOf(a), typesOf(b)];
  if (!left || !right) return left ?? right;
  const shared = left.filter((type) => right.includes(type));
  const narrowed = [...left, ...right].includes('integer') && [...left, ...right].includes('number');
  return narrowed && !shared.includes('integer') ? [...shared, 'integer'] : shared;
}

/** A schema that is at least as narrow as both; what it loses is caught by checking against the originals. */
export function merge(a: Schema, b: Schema): Schema {
  const merged: Schema = { ...a, ...b };
  const types = sharedTypes(a, b);
  if (types) merged.type = types;
  if (a.enum && b.enum)
    merged.enum = a.enum.filter((value) => b.enum?.some((other) => sameJson(value, other)));
  if (a.required || b.required)
    merged.required = [...new Set([...(a.required ?? []), ...(b.required ?? [])])];
  if (a.properties && b.properties) {
    const properties = new Map<string, SchemaNode>(Object.entries(a.properties));
    for (const [key, node] of Object.entries(b.properties)) {
      const other = properties.get(key);
      properties.set(key, other === undefined ? node : { allOf: [other, node] });
    }
    merged.properties = Object.fromEntries(properties);
  }
  if (a.additionalProperties === false) merged.additionalProperties = false;
  for (const key of LARGER)
    if (a[key] !== undefined && b[key] !== undefined) merged[key] = Math.max(a[key], b[key]);
  for (const key of SMALLER)
    if (a[key] !== undefined && b[key] !== undefined) merged[key] = Math.min(a[key], b[key]);
  return merged;
}

/** The schema itself: references followed, allOf merged, booleans made objects. */
export function resolve(node: SchemaNode, root: Schema, hops = 0): Schema {
  if (hops > MAX_HOPS) throw new SchemaProblem('references go round in a circle');
  if (node === true) return {};
  if (node === false) throw new SchemaProblem('a schema of false allows nothing');
  let schema: Schema = node;
  if (typeof node.$ref === 'string') {
    const { $ref, ...siblings } = node;
    schema = merge(resolve(pointed($ref, root), root, hops + 1), siblings);
  }
  if (!schema.allOf) return schema;
  const { allOf, ...own } = schema;
  return allOf.map((part) => resolve(part, root, hops + 1)).reduce<Schema>(merge, own);
}

/** The types a value may have; keywords tell when none is written. */
export function possibleTypes(schema: Schema): string[] {
  const types = typesOf(schema);
  if (types) return types;
  if (schema.properties || schema.required || schema.additionalProperties !== undefined) return ['object'];
  if (schema.items !== undefined || schema.prefixItems || schema.minItems !== undefined) return ['array'];
  if ((schema.minimum ?? schema.maximum ?? schema.multipleOf) !== undefined) return ['number'];
  if ((schema.exclusiveMinimum ?? schema.exclusiveMaximum) !== undefined) return ['number'];
  return ['string', 'number', 'boolean', 'null', 'object', 'array'];
}

export function typeOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
