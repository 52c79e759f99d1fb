import type { z } from 'zod';

/** A schema that a person wrote, and whose it is; `id` names it for good. */
export interface OwnSchema {
  organisation_id: string;
  id: string;
  schema: Record<string, unknown>;
}

interface Misfit {
  path: PropertyKey[];
  code: string;
  message: string;
  keys?: string[];
}

/** `value` has the schema's defaults; `why` says what the value does that no check may. */
export type Checked =
  | { verdict: 'fits'; value: unknown }
  | { verdict: 'misfits'; issues: Misfit[]; count: number }
  | { verdict: 'refused'; why: string };

/** Holds a value against a schema of the product's own, which is known to be quick. */
export function checkedBy(schema: z.ZodType, value: unknown): Checked {
  const { success, data, error } = schema.safeParse(value);
  return success
    ? { verdict: 'fits', value: data }
    : { verdict: 'misfits', issues: error.issues, count: error.issues.length };
}

/** Checks a value against a person's schema on a thread of its own, so that a slow schema delays no other work. */
export type CheckOwn = (own: OwnSchema, value: unknown) => Promise<Checked>;
