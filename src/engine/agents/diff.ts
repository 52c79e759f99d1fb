import { canonical } from '../../platform/canonical.js';

interface FieldChange {
  /** The path, its parts joined by dots. */
  field: string;
  before: unknown;
  after: unknown;
}

/** Returns every path at which two JSON values differ; a value on one side only is null on the other. */
export function diff(before: unknown, after: unknown, path: string[] = []): FieldChange[] {
  if (canonical(before ?? null) === canonical(after ?? null)) return [];
  if (!isPlainObject(before) || !isPlainObject(after))
    return [{ field: path.join('.'), before: before ?? null, after: after ?? null }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => diff(before[key], after[key], [...path, key]));
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
