import { readFileSync } from 'node:fs';
import type { Json } from './caller.js';

/** The committed OpenAPI document. */
export function committedDocument(): Json {
  return JSON.parse(readFileSync(new URL('../../docs/reference/openapi.json', import.meta.url), 'utf8'));
}

/** Returns the document with each reference replaced by its target, for tests that walk through schemas. */
export function withoutReferences(document: Json): Json {
  const replaced = (part: Json): Json => {
    if (Array.isArray(part)) return part.map(replaced);
    if (typeof part !== 'object' || part === null) return part;
    const { $ref, ...others } = part;
    const own = Object.fromEntries(Object.entries(others).map(([name, inner]) => [name, replaced(inner)]));
    return typeof $ref === 'string' ? { ...replaced(referred(document, $ref)), ...own } : own;
  };
  return replaced(document);
}

/** Returns the target of a reference such as `#/components/schemas/Run`. */
export function referred(document: Json, reference: string): Json {
  return reference
    .slice(2)
    .split('/')
    .reduce((part: Json, name) => part?.[name], document);
}
