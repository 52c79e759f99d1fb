import { FORMATS } from './formats.js';
import { compile } from './pattern.js';
import { resolve, typeOf } from './resolve.js';
import { isObject, type Json, type JsonObject, type Schema, type SchemaNode, sameJson } from './types.js';

const MAX_DEPTH = 200;

function hasType(value: Json, type: string): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeOf(value) === type;
}

function isMultiple(value: number, step: number): boolean {
  const times = value / step;
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times));
}

function checkString(schema: Schema, value: string): boolean {
  const length = [...value].length;
  if (length < (schema.minLength ?? 0) || length > (schema.maxLength ?? Infinity)) return false;
  if (schema.pattern !== undefined && !compile(schema.pattern).test(value)) return false;
  return schema.format === undefined || (FORMATS[schema.format]?.test(value) ?? true);
}

function checkNumber(schema: Schema, value: number): boolean {
  if (value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity)) return false;
  if (schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum) return false;
  if (schema.exclusiveMaximum !== undefined && value >= schema.exclusiveMaximum) return false;
  return schema.multipleOf === undefined || isMultiple(value, schema.multipleOf);
}

function checkArray(schema: Schema, value: Json[], root: Schema, depth: number): boolean {
  if (value.length < (schema.minItems ?? 0) || value.length > (schema.maxItems ?? Infinity)) return false;
  const first = schema.prefixItems ?? [];
  const fits = value.every((item, index) =>
    fitsSchema(first[index] ?? schema.items ?? true, item, root, depth + 1),
  );
  if (!fits || !schema.uniqueItems) return fits;
  return value.every((item, index) => !value.slice(0, index).some((earlier) => sameJson(earlier, item)));
}

function checkObject(schema: Schema, value: JsonObject, root: Schema, depth: number): boolean {
  const keys = Object.keys(value);
  if (keys.length < (schema.minProperties ?? 0) || keys.length > (schema.maxProperties ?? Infinity))
    return false;
  if (!(schema.required ?? []).every((key) => Object.hasOwn(value, key))) return false;
  const properties = schema.properties ?? {};
  return keys.every((key) => {
    if (schema.propertyNames !== undefined && !fitsSchema(schema.propertyNames, key, root, depth + 1))
      return false;
    const node = Object.hasOwn(properties, key) ? properties[key] : schema.additionalProperties;
    return node === undefined || fitsSchema(node, value[key] as Json, root, depth + 1);
  });
}

/** Checks the value against the schema; allOf parts are checked one by one, never merged. */
export function fitsSchema(node: SchemaNode, value: Json, root: Schema, depth = 0): boolean {
  if (typeof node === 'boolean') return node;
  if (depth > MAX_DEPTH) return false;
  const { allOf, $ref, ...own } = node;
  if ($ref !== undefined && !fitsSchema(resolve({ $ref }, root), value, root, depth + 1)) return false;
  const fits = (branch: SchemaNode): boolean => fitsSchema(branch, value, root, depth + 1);
  if (allOf && !allOf.every(fits)) return false;
  if (own.anyOf && !own.anyOf.some(fits)) return false;
  if (own.oneOf && own.oneOf.filter(fits).length !== 1) return false;
  if (own.not !== undefined && fits(own.not)) return false;
  if (own.type !== undefined && ![own.type].flat().some((type) => hasType(value, type))) return false;
  if (own.const !== undefined && !sameJson(own.const, value)) return false;
  if (own.enum && !own.enum.some((option) => sameJson(option, value))) return false;
  if (typeof value === 'string') return checkString(own, value);
  if (typeof value === 'number') return checkNumber(own, value);
  if (Array.isArray(value)) return checkArray(own, value, root, depth);
  return isObject(value) ? checkObject(own, value, root, depth) : true;
}
