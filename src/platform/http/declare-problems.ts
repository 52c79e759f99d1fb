import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { ERROR_TABLE, type ErrorCode } from '../../../workflows/contract/errors.js';

const errorCode = z
  .enum(Object.keys(ERROR_TABLE) as ErrorCode[])
  .meta({ id: 'ErrorCode', description: 'Stable; docs/reference/errors.md explains each' });

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: errorCode,
    detail: z.string(),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }).meta({ id: 'FieldProblem' }))
      .optional(),
  })
  .meta({ id: 'Problem' });

/**
 * This property holds the refusals of one route beside those of every route of its shape; the document does not keep
 * it.
 */
export const REFUSES = 'x-refuses';

/** The refusals of an admission. */
export const RUN_REFUSALS = [
  'validation_failed',
  'agent_unknown',
  'agent_unpublished',
  'agent_disabled',
  'project_archived',
] as const satisfies ErrorCode[];

interface Operation {
  parameters?: { in: string; name: string }[];
  requestBody?: unknown;
  security?: unknown;
  responses: Record<string, object>;
  [REFUSES]?: ErrorCode[];
}

/** Declares every status with which an operation fails, and the codes of each; 500 is a defect and is not declared. */
export function declareProblems(document: OpenAPIObject): void {
  const responses: Record<string, object> = {};
  for (const methods of Object.values(document.paths))
    for (const [method, operation] of Object.entries(methods as Record<string, Operation>)) {
      for (const [status, codes] of byStatus(codesOf(method, operation))) {
        responses[codes.join('.')] ??= response(codes);
        operation.responses[status] ??= { $ref: `#/components/responses/${codes.join('.')}` };
      }
      delete operation[REFUSES];
    }
  document.components = {
    ...document.components,
    responses,
  } as typeof document.components;
}

/** Collects the refusals of guards, parsers and declared parameters, and those that the route adds. */
function codesOf(method: string, operation: Operation): ErrorCode[] {
  const { parameters = [], requestBody, security, [REFUSES]: own = [] } = operation;
  const named = (name: string) => parameters.some((one) => one.name === name);
  const within = (location: string) => parameters.some((one) => one.in === location);
  const codes: ErrorCode[] = ['rate_limited', 'unavailable', ...own];
  if (security) codes.push('unauthenticated', 'forbidden');
  if (within('path')) codes.push('not_found');
  if (named('key')) codes.push('agent_unknown', 'validation_failed');
  if (named('cursor') || named('last_event_id')) codes.push('invalid_cursor');
  if (requestBody || within('query') || within('header')) codes.push('validation_failed');
  if (method !== 'get') codes.push('malformed_json', 'body_too_large', 'unsupported_media_type');
  return codes;
}

function byStatus(codes: ErrorCode[]): Map<number, ErrorCode[]> {
  const by_status = new Map<number, ErrorCode[]>();
  for (const code of [...new Set(codes)].sort()) {
    const { status } = ERROR_TABLE[code];
    by_status.set(status, [...(by_status.get(status) ?? []), code]);
  }
  return new Map([...by_status].sort(([a], [b]) => a - b));
}

function response(codes: ErrorCode[]): object {
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_TABLE[code].title}`).join('. '),
    content: {
      'application/problem+json': {
        schema: {
          allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }],
        },
      },
    },
  };
}
