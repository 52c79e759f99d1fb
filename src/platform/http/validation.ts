import { type ArgumentMetadata, Body, Injectable, Param, type PipeTransform, Query } from '@nestjs/common';
import { z } from 'zod';
import { AppError, type FieldError } from './app-error.js';
import { type Issue, wordsOfIssue } from './words-of-issue.js';

const MOST_ERRORS = 50;

interface About {
  /** Names that lead to the value which was checked. */
  within?: readonly string[];
  /** The field that an issue of the whole value is reported under. */
  whole?: string;
  schema?: unknown;
}

/** Reports each issue by the path of its field; an unknown field is named itself. */
export function fieldErrors(
  issues: readonly Issue[],
  { within = [], whole = 'body', schema }: About = {},
): FieldError[] {
  const errors = issues.slice(0, MOST_ERRORS).flatMap((issue) => {
    const { path = [], keys } = issue;
    const field_path = [...within, ...path.map((part) => String(typeof part === 'object' ? part.key : part))];
    if (!keys) return { field: field_path.join('.') || whole, message: wordsOfIssue(issue, schema) };
    return keys.map((key) => ({ field: [...field_path, key].join('.'), message: 'is not a known field' }));
  });
  return errors.slice(0, MOST_ERRORS);
}

export function validationFailed(errors: FieldError[]): AppError {
  const [first] = errors;
  return new AppError('validation_failed', first && `${first.field}: ${first.message}`, errors);
}

/**
 * Checks every declared schema; the answer names each field and what it takes. Without a body it names what a body
 * needs. The JSON parser refuses what could harm, so a field named `constructor` is data like any other.
 */
@Injectable()
class SchemaPipe implements PipeTransform {
  async transform(value: unknown, { schema, type, data }: ArgumentMetadata): Promise<unknown> {
    if (!schema || type === 'custom') return value;
    const result = await schema['~standard'].validate(value);
    if (!result.issues) return result.value;
    const about = { within: data === undefined ? [] : [data], whole: type, schema };
    if (type !== 'body' || value !== undefined) throw validationFailed(fieldErrors(result.issues, about));
    const { issues = [] } = await schema['~standard'].validate({});
    throw validationFailed([
      ...fieldErrors(issues, about),
      { field: 'body', message: 'takes a JSON object, and none was sent' },
    ]);
  }
}

export const validationPipe = new SchemaPipe();

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
