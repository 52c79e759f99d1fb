import { Body, HttpStatus, Param, Query, StandardSchemaValidationPipe } from '@nestjs/common';
import { z } from 'zod';
import { AppError } from './app-error.js';

/** Checks every declared schema; the answer names each field and what it takes. */
export const validationPipe = new StandardSchemaValidationPipe({
  errorHttpStatusCode: HttpStatus.UNPROCESSABLE_ENTITY,
  exceptionFactory: (issues) => {
    const errors = issues.slice(0, 50).map((issue) => ({
      field:
        (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.') ||
        'body',
      message: issue.message,
    }));
    const first = errors[0];
    return new AppError('validation_failed', first ? `${first.field}: ${first.message}` : undefined, errors);
  },
});

export const ValidBody = (schema: z.ZodType) => Body({ schema });
export const ValidQuery = (schema: z.ZodType) => Query({ schema });

/** An id that is not a UUID names nothing: the answer is 404, as for any other unknown id. */
const idSchema = z.string();
export const IdParam = (name = 'id') =>
  Param(name, {
    schema: idSchema,
    pipes: [
      {
        transform(value: string) {
          if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) throw new AppError('not_found');
          return value.toLowerCase();
        },
      },
    ],
  });
