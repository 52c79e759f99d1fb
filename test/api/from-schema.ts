import fc from 'fast-check';
import type { Json } from '../support/caller.js';

/** The values of a field with this name; the schema alone allows more than an existing name. */
export type Suggested = (name: string, schema: Json) => fc.Arbitrary<unknown> | undefined;

/** Values that a JSON Schema of the OpenAPI document takes. */
export function fromSchema(schema: Json, suggested: Suggested, name = ''): fc.Arbitrary<unknown> {
  const choices = choicesOf(schema);
  const others = choices.filter(({ type }) => type !== 'null');
  const rest =
    others.length === 1 ? { ...schema, anyOf: undefined, ...others[0] } : { ...schema, anyOf: others };
  const bySchema = plainly(rest, suggested, name);
  const better = suggested(name, rest);
  const one = better ? fc.oneof({ weight: 7, arbitrary: better }, bySchema) : bySchema;
  return others.length < choices.length ? fc.oneof({ weight: 4, arbitrary: one }, fc.constant(null)) : one;
}

/** A schema takes null as one more choice, or as one more type. */
function choicesOf(schema: Json): Json[] {
  if (Array.isArray(schema.type)) return schema.type.map((type: string) => ({ ...schema, type }));
  return schema.anyOf ?? [schema];
}

function plainly(schema: Json, suggested: Suggested, name: string): fc.Arbitrary<unknown> {
  if (schema.not) return fc.constant(undefined);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return fc.oneof(...choices.map((choice: Json) => fromSchema(choice, suggested, name)));
  switch (schema.type) {
    case 'object':
      return anObject(schema, suggested);
    case 'array':
      return fc.array(fromSchema(schema.items, suggested, name), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, (schema.minItems ?? 0) + 3),
      });
    case 'integer':
    case 'number':
      return aNumber(schema);
    case 'boolean':
      return fc.boolean();
    case 'string':
      return aText(schema);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function anObject(schema: Json, suggested: Suggested): fc.Arbitrary<unknown> {
  const fields = Object.entries(schema.properties ?? {}).filter(([, field]) => !(field as Json).not);
  const required: string[] = schema.required ?? [];
  const values: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(
    fields.map(([name, field]) => [name, fromSchema(field, suggested, name)]),
  );
  const any = fc.record(values, { requiredKeys: required, noNullPrototype: true });
  const optional = Object.keys(values).filter((name) => !required.includes(name));
  // Few fields, because among many one is nearly always refused by a rule beyond the schema.
  const few = (one: string) =>
    fc.record(
      Object.fromEntries(Object.entries(values).filter(([name]) => name === one || required.includes(name))),
      {
        noNullPrototype: true,
      },
    );
  const known = optional.length > 2 ? fc.oneof(any, ...optional.map(few)) : any;
  if (!schema.additionalProperties) return known;
  const others = fc.dictionary(
    fc.string({ maxLength: 12 }),
    fromSchema(schema.additionalProperties, suggested),
    {
      maxKeys: 3,
      noNullPrototype: true,
    },
  );
  return fc
    .tuple(fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, others), known)
    .map(([more, fixed]) => ({ ...more, ...fixed }));
}

function aNumber({ minimum = -(2 ** 53) + 1, maximum = 2 ** 53 - 1 }: Json): fc.Arbitrary<number> {
  const small = fc.integer({
    min: Math.max(minimum, -1),
    max: Math.min(maximum, Math.max(minimum, -1) + 20),
  });
  return fc.oneof(
    { weight: 5, arbitrary: small },
    fc.constantFrom(minimum, maximum),
    fc.integer({ min: minimum, max: maximum }),
  );
}

function aText({ format, pattern, minLength = 0, maxLength = 1000 }: Json): fc.Arbitrary<string> {
  switch (format) {
    case 'uuid':
      return fc.uuid();
    case 'email':
      return fc.stringMatching(/^[a-z0-9_]{1,20}@[a-z]{1,20}\.test$/);
    case 'date-time':
      return fc
        .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
        .map((moment) => moment.toISOString());
    case 'date':
      return fc
        .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
        .map((moment) => moment.toISOString().slice(0, 10));
    case 'base64':
      return fc.base64String({ maxLength: 40 });
  }
  if (pattern) return fc.stringMatching(new RegExp(pattern), { maxLength: Math.min(maxLength, 60) });
  const length = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, 30)) };
  return fc.oneof(
    { weight: 3, arbitrary: fc.string({ ...length, unit: 'grapheme-ascii' }) },
    { weight: 3, arbitrary: fc.string({ ...length, unit: 'grapheme' }) },
    fc.string({ ...length, unit: 'binary' }),
    fc.constantFrom('\u0000', '\ud83d', ' ', '\u202e', '𝒳').map((odd) => odd.repeat(Math.max(minLength, 1))),
    fc.constant('x'.repeat(Math.min(maxLength, 5000))),
  );
}
