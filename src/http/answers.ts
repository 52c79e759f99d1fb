import { applyDecorators, HttpStatus, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { OpenProjectGuard } from '../auth/open-project.guard.js';
import { Needs, Open } from '../auth/principal.js';
import type { Permission } from '../auth/roles.js';

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string().describe('Stable; docs/reference/errors.md lists all of them'),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

const { $schema: _, ...problemJsonSchema } = z.toJSONSchema(problemSchema) as Record<string, unknown>;

/** One declaration a route: who may call it, what it is for, what it answers. */
export function Answers(route: {
  needs: Permission;
  summary: string;
  schema?: z.ZodType;
  status?: HttpStatus;
  as?: keyof typeof TEXTS;
}) {
  return applyDecorators(
    Needs(route.needs),
    ...(route.needs === 'workspace:write' ? [UseGuards(OpenProjectGuard)] : []),
    ApiBearerAuth(),
    ApiOperation({ summary: route.summary, description: `Needs \`${route.needs}\`.` }),
    answers(route),
  );
}

/** For a route that takes no key; its requests are counted by address. */
export function AnswersAnybody(route: { summary: string; schema?: z.ZodType; status?: HttpStatus }) {
  return applyDecorators(Open(), ApiOperation({ summary: route.summary }), answers(route));
}

/** What is no JSON: a file is answered in a type of its own, a stream as server-sent events. */
const TEXTS = {
  file: { content: { '*/*': { schema: { type: 'string', format: 'binary' } } } },
  stream: { content: { 'text/event-stream': { schema: { type: 'string' } } } },
} as const;

function answers(route: {
  summary: string;
  schema?: z.ZodType;
  status?: HttpStatus;
  as?: keyof typeof TEXTS;
}) {
  return applyDecorators(
    ApiResponse({
      status: route.status ?? HttpStatus.OK,
      description: route.summary,
      ...(route.schema ? { standardSchema: route.schema } : {}),
      ...(route.as ? TEXTS[route.as] : {}),
    }),
    ApiResponse({
      status: 'default',
      description: 'A problem document (RFC 9457)',
      content: { 'application/problem+json': { schema: problemJsonSchema } },
    }),
  );
}
