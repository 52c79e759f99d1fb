import { z } from 'zod';
import { AppError } from '../../platform/http/app-error.js';

/** The ends of a page in both lists of the feed. Null means that a list has no more. */
const cursorSchema = z.strictObject({
  active: z.uuid().nullable(),
  recent: z.strictObject({ at: z.iso.datetime(), id: z.uuid() }).nullable(),
});
export type Cursor = z.output<typeof cursorSchema>;

export function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

export function readCursor(text: string): Cursor {
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch {
    throw new AppError('invalid_cursor');
  }
}
