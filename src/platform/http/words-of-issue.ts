import { z } from 'zod';

/** The part of a zod issue that a message is made of. */
export interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** Zod names here the fields that are not in the schema. */
  readonly keys?: readonly string[];
  readonly format?: string;
}

/** The accepted form of each format, with an example, because zod's own words only name the format. */
const TAKES: Readonly<Record<string, string>> = {
  datetime: 'takes an ISO 8601 time with its zone, such as 2026-12-01T00:00:00Z',
  date: 'takes an ISO 8601 day, such as 2026-12-01',
  uuid: 'takes the id (a UUID) of something that is there, such as 01890000-0000-7000-8000-000000000000',
  email: 'takes an email address, such as jo@example.com',
  url: 'takes a whole URL, such as https://example.com/page',
};

/** A message says what the field takes; a schema's own message stays as the schema has it. */
export function wordsOfIssue({ message, format, path = [] }: Issue, schema?: unknown): string {
  const takes = format === undefined ? undefined : TAKES[format];
  if (takes && message.startsWith('Invalid ')) return takes;
  const [, expected] = /^Invalid input: (expected .+), received undefined$/.exec(message) ?? [];
  if (!expected) return message;
  const described = descriptionOf(fieldAt(schema, path));
  return `is needed: ${expected}${described ? `. ${described}` : ''}`;
}

function descriptionOf(schema: unknown): string | undefined {
  return schema instanceof z.ZodType ? schema.description : undefined;
}

function fieldAt(schema: unknown, path: NonNullable<Issue['path']>): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return schema;
  const name = typeof first === 'object' ? first.key : first;
  if (schema instanceof z.ZodObject) return fieldAt(schema.shape[String(name)], rest);
  if (schema instanceof z.ZodArray) return fieldAt(schema.element, rest);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  )
    return fieldAt(schema.unwrap(), path);
  return undefined;
}
