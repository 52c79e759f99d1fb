import type { Json } from '../support/caller.js';
import type { Operation } from './operations.js';

/** Returns whether the operation's own declaration knows a field that a problem document names. */
export function declaresField({ described }: Operation, field: string): boolean {
  const parameters: Json[] = described.parameters ?? [];
  const body = described.requestBody?.content['application/json']?.schema;
  const path = field.split('.');
  return (
    parameters.some(({ name }) => name === path[0]) ||
    (body !== undefined && (field === 'body' || reaches(body, path)))
  );
}

function reaches(schema: Json, [name, ...rest]: string[]): boolean {
  if (name === undefined) return true;
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return choices.some((choice: Json) => reaches(choice, [name, ...rest]));
  if (schema.type === 'array') return /^\d+$/.test(name) && reaches(schema.items, rest);
  const inner = Object.hasOwn(schema.properties ?? {}, name)
    ? schema.properties[name]
    : schema.additionalProperties;
  if (!inner) return false;
  return Object.keys(inner).length === 0 || reaches(inner, rest);
}
