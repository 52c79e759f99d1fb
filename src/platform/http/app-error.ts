import { ERROR_TABLE, type ErrorCode } from '../../../workflows/contract/errors.js';

export interface FieldError {
  field: string;
  message: string;
}

/** An error a caller is meant to see: its code decides the rest. */
export class AppError extends Error {
  constructor(
    readonly code: ErrorCode,
    detail?: string,
    readonly errors?: FieldError[],
  ) {
    super(detail ?? ERROR_TABLE[code].title);
  }

  get status(): number {
    return ERROR_TABLE[this.code].status;
  }
}

export function invalid(field: string, message: string): AppError {
  return new AppError('validation_failed', `${field}: ${message}`, [{ field, message }]);
}

export function projectArchived(name: string): AppError {
  return new AppError('project_archived', `The project ${JSON.stringify(name)} is archived.`);
}
