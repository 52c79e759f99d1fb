import type { EmbedResult } from './model.js';

/** Vectors can be compared only where all three are the same: a server may answer with another model than was asked for. */
export interface VectorSpace {
  requested_model: string;
  model: string;
  dimensions: number;
}

/** Ids are at most MOST_INDEXED, so that a history stays small. */
export interface IndexRequest {
  run_id: string;
  key: string;
  chunk_ids: string[];
}

export const MOST_INDEXED = 1000;

/** So many are asked for at a time: two requests to the provider, and then progress. */
export const CHUNKS_A_PAGE = 128;

export const CHUNK_SOURCE_TYPES = ['doc', 'ticket', 'message', 'memory'] as const;
export type SourceType = (typeof CHUNK_SOURCE_TYPES)[number];

export interface StaleRequest {
  run_id: string;
  space: VectorSpace;
  /** The last chunk of the page before. */
  after: string | null;
  limit: number;
  /** Only of sources of this type. */
  of?: SourceType | null;
}

export interface StaleChunks {
  chunk_ids: string[];
  /** How many there are from here on. */
  left: number;
}

export interface RetrievalActivities {
  /** Embeds chunks; their vectors go straight to them. Who asks again with the same key is answered from the record. */
  indexChunks(request: IndexRequest): Promise<EmbedResult>;
  /** The space that vectors made now are in. */
  currentSpace(request: { run_id: string; key: string }): Promise<VectorSpace>;
  /** By the name of the model alone, as PostgreSQL knows it; who asks by hand is told to look in any case. */
  mayBeStale(request: { run_id: string }): Promise<boolean>;
  /** Chunks without a vector of this space, in the run’s project or, where it has none, in its organisation. */
  staleChunks(request: StaleRequest): Promise<StaleChunks>;
}
