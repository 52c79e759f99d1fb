import { applyDecorators, HttpStatus, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import type { ErrorCode } from '../../../workflows/contract/errors.js';
import { OpenProjectGuard } from '../auth/open-project.guard.js';
import { ANY_KEY, type Need, Needs, Open } from '../auth/principal.js';
import { REFUSES } from './declare-problems.js';

/** The one declaration of a route: its permission, its purpose, its answer. */
export function Answers(route: {
  needs: Need;
  summary: string;
  schema?: z.ZodType;
  status?: HttpStatus;
  as?: keyof typeof TEXTS;
  /** Codes that only this route answers with; `declareProblems` knows the others. */
  refuses?: readonly ErrorCode[];
}) {
  const closed: ErrorCode[] = route.needs === 'workspace:write' ? ['project_archived'] : [];
  return applyDecorators(
    ApiExtension(REFUSES, [...closed, ...(route.refuses ?? [])]),
    Needs(route.needs),
    ...(route.needs === 'workspace:write' ? [UseGuards(OpenProjectGuard)] : []),
    ApiBearerAuth(),
    ApiOperation({
      summary: route.summary,
      description: route.needs === ANY_KEY ? 'Takes any valid key.' : `Needs \`${route.needs}\`.`,
    }),
    answers(route),
  );
}

/** Declares a route that takes no key; its requests are counted by address. */
export function AnswersAnybody(route: {
  summary: string;
  schema?: z.ZodType;
  status?: HttpStatus;
  refuses?: readonly ErrorCode[];
}) {
  return applyDecorators(
    ApiExtension(REFUSES, [...(route.refuses ?? [])]),
    Open(),
    ApiOperation({ summary: route.summary }),
    answers(route),
  );
}

/** Answers that are no JSON: a file has a type of its own, a stream is server-sent events. */
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
  return ApiResponse({
    status: route.status ?? HttpStatus.OK,
    description: route.summary,
    ...(route.schema ? { standardSchema: route.schema } : {}),
    ...(route.as ? TEXTS[route.as] : {}),
  });
}
