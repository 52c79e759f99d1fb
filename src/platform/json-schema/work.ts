type Schema = Record<string, unknown>;

/** This many comparisons of a part of a value with a part of a schema take a checker about a third of a second. */
const MOST_WORK = 50_000;

export const TOO_MUCH_WORK = `takes more than ${MOST_WORK} comparisons with its schema: send fewer elements, or publish a schema with fewer alternatives`;

/**
 * Returns whether a value takes more work than one check may ask of the schema thread. It counts as a checker works:
 * every alternative for every element, each reference followed. The deadline covers the work that it leaves out.
 */
export function isTooMuchWork(schema: Schema, value: unknown): boolean {
  const budget = { left: MOST_WORK };
  count(schema, value, schema, budget);
  return budget.left < 0;
}

function count(schema: unknown, value: unknown, root: Schema, budget: { left: number }): void {
  budget.left -= 1;
  if (budget.left < 0 || !isObject(schema)) return;
  const all = (schemas: unknown, part: unknown) => {
    for (const one of Array.isArray(schemas) ? schemas : []) count(one, part, root, budget);
  };
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) all(schema[keyword], value);
  if (schema.not !== undefined) count(schema.not, value, root, budget);
  if (typeof schema.$ref === 'string') count(referred(schema.$ref, root), value, root, budget);
  for (const keyword of ['enum', 'type']) budget.left -= lengthOf(schema[keyword]);
  if (Array.isArray(value)) countElements(schema, value, root, budget);
  else if (isObject(value)) countFields(schema, value, root, budget);
}

function countElements(schema: Schema, elements: unknown[], root: Schema, budget: { left: number }): void {
  const prefix = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  budget.left -= Math.max(lengthOf(schema.prefixItems), lengthOf(schema.items));
  for (const [at, element] of elements.entries()) {
    if (budget.left < 0) return;
    for (const keyword of ['items', 'additionalItems', 'contains'])
      if (schema[keyword] !== undefined)
        for (const one of [schema[keyword]].flat()) count(one, element, root, budget);
    if (prefix[at] !== undefined) count(prefix[at], element, root, budget);
    budget.left -= 1;
  }
}

function countFields(schema: Schema, value: Schema, root: Schema, budget: { left: number }): void {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  // A checker visits every declared property that the value lacks, and tries every alternative of a required one.
  for (const [name, part] of Object.entries(properties)) {
    if (budget.left < 0) return;
    if (!Object.hasOwn(value, name)) count(required.has(name) ? part : true, undefined, root, budget);
  }
  for (const [name, part] of Object.entries(value)) {
    if (budget.left < 0) return;
    const own = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
    count(own, part, root, budget);
    if (schema.propertyNames !== undefined) count(schema.propertyNames, name, root, budget);
  }
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}

function referred(ref: string, root: Schema): unknown {
  const [, keyword = '', name = ''] = /^#\/(\$defs|definitions)\/([^/~]+)$/.exec(ref) ?? [];
  const named = root[keyword];
  return isObject(named) ? named[name] : undefined;
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
