import { Body, HttpStatus, Param, Query, StandardSchemaValidationPipe } from '@nestjs/common';
import { z } from 'zod';
import { AppError, type FieldError } from './app-error.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** Zod's own: the fields that are not in the schema. */
  readonly keys?: readonly string[];
}

const MOST_ERRORS = 50;

/** What each issue is about, by the path of its field; an unknown field is named itself. */
export function fieldErrors(issues: readonly Issue[], within: string[] = []): FieldError[] {
  const errors = issues.slice(0, MOST_ERRORS).flatMap(({ path = [], keys, message }) => {
    const place = [...within, ...path.map((part) => String(typeof part === 'object' ? part.key : part))];
    if (!keys) return { field: place.join('.') || 'body', message };
    return keys.map((key) => ({ field: [...place, key].join('.'), message: 'is not a known field' }));
  });
  return errors.slice(0, MOST_ERRORS);
}

export function validationFailed(errors: FieldError[]): AppError {
  const [first] = errors;
  return new AppError('validation_failed', first && `${first.field}: ${first.message}`, errors);
}

/** Checks every declared schema; the answer names each field and what it takes. */
class SchemaPipe extends StandardSchemaValidationPipe {
  /** The JSON parser refuses what could harm; a field named `constructor` is data like any other. */
  protected override stripProtoKeys(): void {}
}

export const validationPipe = new SchemaPipe({
  errorHttpStatusCode: HttpStatus.UNPROCESSABLE_ENTITY,
  exceptionFactory: (issues) => validationFailed(fieldErrors(issues)),
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
