import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/**
 * A schema's metadata goes to a registry of its own, which ends with the checker; the global one keeps every `id` for
 * good.
 */
export function compiled(schema: JsonSchema): z.ZodType {
  return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0], { registry: z.registry() });
}
