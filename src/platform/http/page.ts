import { z } from 'zod';

/** The number of rows in a page: at most `most`, and `usual` unless the caller names one. */
export const pageLimit = ({ most = 200, usual = 50 } = {}) =>
  z.coerce.number().int().min(1).max(most).default(usual);

export const idOfLast = (row: string) =>
  z.uuid().optional().describe(`The id of the last ${row} of the page before`);

const NEXT_PAGE = 'For the next page; null where this was the last';
export const nextId = z.uuid().nullable().describe(NEXT_PAGE);
export const nextNumber = z.int().nullable().describe(NEXT_PAGE);
export const nextDay = z.iso.date().nullable().describe(NEXT_PAGE);

/** The row that the next page begins after; a page that is not full was the last. */
export function nextPage<Row, Cursor>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => Cursor,
): Cursor | null {
  const last = rows.at(-1);
  return last !== undefined && rows.length === limit ? cursorOf(last) : null;
}

export function nextIdOf(rows: readonly { id: string }[], limit: number): string | null {
  return nextPage(rows, limit, ({ id }) => id);
}
