import { createHash } from 'node:crypto';
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { EmbedResult } from '../../workflows/contract/model.js';
import {
  MOST_INDEXED,
  type RetrievalActivities,
  type StaleChunks,
  type StaleRequest,
} from '../../workflows/contract/retrieval.js';
import { answerOnce, type StoredCall, usageOf } from '../model/calls.js';
import { sum } from '../model/embed.js';
import type { ModelNeeds } from '../model/needs.js';
import { vectorsOf } from '../model/vectors.js';

/** Vectors of chunks, and who made them. */
export interface Embedded {
  requested_model: string;
  model: string;
  vectors: { chunk_id: string; vector: number[] }[];
}

export interface VectorStore {
  /** Returns the texts of those chunks that still exist. */
  texts(chunk_ids: string[]): Promise<{ id: string; text: string }[]>;
  /** Writes an answered call and its vectors together, or neither. */
  record(call: StoredCall, embedded: Embedded): Promise<void>;
  mayBeStale(run_id: string, requested_model: string): Promise<boolean>;
  stale(request: StaleRequest): Promise<StaleChunks>;
}

export interface RetrievalNeeds extends Pick<ModelNeeds, 'provider' | 'calls'> {
  chunks: VectorStore;
}

/** Texts per request, and so the most that is in memory at a time. */
const BATCH = 64;

export function createRetrieval({ provider, calls, chunks }: RetrievalNeeds): RetrievalActivities {
  async function indexBatch(run_id: string, key: string, chunk_ids: string[]): Promise<EmbedResult> {
    const asked = provider();
    const requested_model = asked.models.embedding;
    const texts = await chunks.texts(chunk_ids);
    if (texts.length === 0) return nothing(requested_model);
    const embedded: Embedded = { requested_model, model: requested_model, vectors: [] };
    const record = (call: StoredCall) =>
      call.status === 'answered' ? chunks.record(call, embedded) : calls.record(call);
    const answered = await answerOnce(
      { answered: (id, name) => calls.answered(id, name), record },
      { run_id, key, kind: 'embed', requested_model },
      async (signal, received) => {
        const answer = await vectorsOf(
          asked,
          texts.map(({ text }) => text),
          signal,
        );
        received(answer);
        embedded.model = answer.model;
        embedded.vectors = texts.map(({ id }, at) => ({ chunk_id: id, vector: answer.vectors[at] ?? [] }));
        return { count: texts.length, dimensions: answer.dimensions };
      },
    );
    const { count, dimensions } = answered.response as { count: number; dimensions: number };
    return { count, dimensions, model: answered.model, usage: usageOf(answered) };
  }

  return {
    async indexChunks({ run_id, key, chunk_ids: given }) {
      const chunk_ids = [...new Set(given)];
      if (chunk_ids.length > MOST_INDEXED)
        throw ApplicationFailure.nonRetryable(
          `${chunk_ids.length} chunks are too many at once`,
          'agent_defect',
        );
      const parts: EmbedResult[] = [];
      for (let start = 0; start < chunk_ids.length; start += BATCH) {
        Context.current().heartbeat(start);
        const batch = chunk_ids.slice(start, start + BATCH);
        parts.push(await indexBatch(run_id, `${key}/${digest(batch)}`, batch));
      }
      const made = parts.find(({ count }) => count > 0);
      return {
        count: parts.reduce((total, { count }) => total + count, 0),
        dimensions: made?.dimensions ?? 0,
        model: made?.model ?? provider().models.embedding,
        usage: sum(parts.map(({ usage }) => usage)),
      };
    },

    async currentSpace({ run_id, key }) {
      const asked = provider();
      const requested_model = asked.models.embedding;
      const call = { run_id, key, kind: 'embed', requested_model } as const;
      const answered = await answerOnce(calls, call, async (signal, received) => {
        const answer = await vectorsOf(asked, ['Which model answers?'], signal);
        received(answer);
        return { requested_model, model: answer.model, dimensions: answer.dimensions };
      });
      return answered.response as Awaited<ReturnType<RetrievalActivities['currentSpace']>>;
    },

    mayBeStale: ({ run_id }) => chunks.mayBeStale(run_id, provider().models.embedding),
    staleChunks: (request) => chunks.stale(request),
  };
}

function nothing(model: string): EmbedResult {
  return { count: 0, dimensions: 0, model, usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0 } };
}

/** A later attempt of the run may ask for other chunks by the same key. */
function digest(chunk_ids: string[]): string {
  return createHash('sha256').update(chunk_ids.join()).digest('hex').slice(0, 16);
}
