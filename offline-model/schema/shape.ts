import { z } from 'zod';
import type { Schema, SchemaNode } from './types.js';

const size = z.number().int().min(0).optional();
const bound = z.number().optional();

const node: z.ZodType<SchemaNode> = z.lazy(() => z.union([z.boolean(), schemaShape]));
const nodes = z.array(node).min(1).optional();
const named = z.record(z.string(), node).optional();

/** The form of a JSON Schema whose keywords can be read safely. */
export const schemaShape: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    $ref: z.string().optional(),
    $defs: named,
    definitions: named,
    type: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
    enum: z.array(z.json()).min(1).optional(),
    properties: named,
    required: z.array(z.string()).optional(),
    additionalProperties: node.optional(),
    propertyNames: node.optional(),
    minProperties: size,
    maxProperties: size,
    items: node.optional(),
    prefixItems: nodes,
    minItems: size,
    maxItems: size,
    uniqueItems: z.boolean().optional(),
    minLength: size,
    maxLength: size,
    pattern: z.string().optional(),
    format: z.string().optional(),
    minimum: bound,
    maximum: bound,
    exclusiveMinimum: bound,
    exclusiveMaximum: bound,
    multipleOf: z.number().positive().optional(),
    anyOf: nodes,
    oneOf: nodes,
    allOf: nodes,
    not: node.optional(),
  }),
) as z.ZodType<Schema>;
