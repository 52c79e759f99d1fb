import { z } from 'zod';

/**
 * Two vectors can be compared only if all three are the same: a server may answer with another model than was
 * requested.
 */
export const vectorSpace = z.strictObject({
  requested_model: z.string(),
  model: z.string(),
  dimensions: z.int().min(1),
});
export type VectorSpace = z.output<typeof vectorSpace>;

/** One call embeds at most so many chunks, so that a history stays small. */
export const MOST_INDEXED = 1000;

/** One page is two requests to the provider, and then progress is reported. */
export const CHUNKS_A_PAGE = 128;

export interface StaleRequest {
  run_id: string;
  space: VectorSpace;
  /** The last chunk of the page before. */
  after: string | null;
  limit: number;
  /** Only of sources of this type. */
  of?: string | null;
}

export const staleChunks = z.strictObject({
  chunk_ids: z.array(z.uuid()),
  left: z.int().min(0).describe('How many there are from here on'),
});
export type StaleChunks = z.output<typeof staleChunks>;

/** A page of chunks begins after the last one of the page before. */
export const afterChunk = z.strictObject({ after: z.uuid().nullable() });
