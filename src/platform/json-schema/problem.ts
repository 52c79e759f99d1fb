import { compiled, type JsonSchema } from './compiled.js';

/** A schema with more parts is refused when it is published. */
const MOST_NODES = 5000;

const ONE = ['items', 'additionalItems', 'additionalProperties', 'contains', 'propertyNames', 'not'];
const MANY = ['prefixItems', 'allOf', 'anyOf', 'oneOf'];
const NAMED = ['properties', '$defs', 'definitions'];
/** A slow pattern would make each check take until its deadline. */
const REFUSED = ['pattern', 'patternProperties'];

/**
 * Returns why a person's schema cannot be used, or null. It runs in the schema thread, because reading a schema may
 * take long.
 */
export function schemaProblem(schema: JsonSchema): string | null {
  if (schema.type !== 'object') return 'must be the schema of an object: "type": "object"';
  try {
    nodesOf(schema, schema, []);
    compiled(schema).safeParse({});
    return null;
  } catch (error) {
    return `must be a JSON Schema: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Counts the schemas that a value may be checked against, with each reference followed; a circle is refused. */
function nodesOf(schema: unknown, root: JsonSchema, following: string[]): number {
  if (typeof schema === 'boolean') return 1;
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    throw new Error('a schema is an object, true or false');
  const node = schema as JsonSchema;
  const refused = REFUSED.find((keyword) => Object.hasOwn(node, keyword));
  if (refused) throw new Error(`${refused} is not taken here`);
  const parts = [
    ...ONE.flatMap((keyword) => (Object.hasOwn(node, keyword) ? [node[keyword]].flat() : [])),
    ...MANY.flatMap((keyword) => listIn(node, keyword)),
    ...NAMED.flatMap((keyword) => Object.values(objectIn(node, keyword))),
  ];
  let nodes = 1;
  for (const part of parts) nodes = capped(nodes + nodesOf(part, root, following));
  return Object.hasOwn(node, '$ref') ? capped(nodes + referred(node.$ref, root, following)) : nodes;
}

function referred(ref: unknown, root: JsonSchema, following: string[]): number {
  const [, keyword, name] = /^#\/(\$defs|definitions)\/([^/~]+)$/.exec(String(ref)) ?? [];
  const rule = keyword && name ? objectIn(root, keyword)[name] : undefined;
  if (rule === undefined) throw new Error("$ref must name one of the schema's own $defs");
  if (following.includes(String(ref))) throw new Error('$ref must not lead back to itself');
  return nodesOf(rule, root, [...following, String(ref)]);
}

function capped(nodes: number): number {
  if (nodes > MOST_NODES) throw new Error(`at most ${MOST_NODES} parts, references counted as often as used`);
  return nodes;
}

function listIn(node: JsonSchema, keyword: string): unknown[] {
  const list = node[keyword] ?? [];
  if (!Array.isArray(list)) throw new Error(`${keyword} must be a list`);
  return list;
}

function objectIn(node: JsonSchema, keyword: string): JsonSchema {
  const object = node[keyword] ?? {};
  if (typeof object !== 'object' || Array.isArray(object)) throw new Error(`${keyword} must be an object`);
  return object as JsonSchema;
}
