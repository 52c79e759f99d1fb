import { z } from 'zod';

/** Of a list that shows the newest first. */
export const pageFields = {
  before: z.uuid().optional().describe('The id of the last one of the page before'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

export const nextBefore = z.uuid().nullable().describe('For the next page; null where this was the last');

export function lastOf(rows: { id: string }[], limit: number): string | null {
  return rows.length === limit ? (rows.at(-1)?.id ?? null) : null;
}
