import { ApplicationFailure, Context } from '@temporalio/activity';
import { z } from 'zod';
import { answerOnce, type StoredCall, usageOf } from '../activities/model/calls.js';
import { sum } from '../activities/model/embed.js';
import { vectorsOf } from '../activities/model/vectors.js';
import { hexDigestOf } from '../src/platform/digest.js';
import { type Embedded, PostgresVectorStore } from '../src/workspace/retrieval/vector.store.js';
import { type EmbedResult, embedResult } from '../workflows/contract/model.js';
import { MOST_INDEXED } from '../workflows/contract/retrieval.js';
import { defineTool, type ToolNeeds } from './tool.js';

/** Texts per request, and so the most that is in memory at a time. */
const BATCH = 64;

export default defineTool({
  name: 'indexChunks',
  purpose:
    'Embeds chunks; their vectors go straight to them. The same chunks are embedded once for each key.',
  effect: 'model',
  input: z.strictObject({ key: z.string(), chunk_ids: z.array(z.uuid()) }),
  output: embedResult,
  example: { key: 'chunks', chunk_ids: [] },
  async use(needs, run_id, { key, chunk_ids: given }) {
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
      parts.push(await indexBatch(needs, run_id, `${key}/${digest(batch)}`, batch));
    }
    const made = parts.find(({ count }) => count > 0);
    return {
      count: parts.reduce((total, { count }) => total + count, 0),
      dimensions: made?.dimensions ?? 0,
      model: made?.model ?? needs.provider().models.embedding,
      usage: sum(parts.map(({ usage }) => usage)),
    };
  },
});

async function indexBatch(
  { db, provider, calls }: ToolNeeds,
  run_id: string,
  key: string,
  chunk_ids: string[],
): Promise<EmbedResult> {
  const chunks = new PostgresVectorStore(db);
  const current = provider();
  const requested_model = current.models.embedding;
  const texts = await chunks.texts(run_id, chunk_ids);
  if (texts.length === 0) return nothing(requested_model);
  const embedded: Embedded = { requested_model, model: requested_model, vectors: [] };
  const record = (call: StoredCall) =>
    call.status === 'answered' ? chunks.record(call, embedded) : calls.record(call);
  const answered = await answerOnce(
    { answered: (id, name) => calls.answered(id, name), record },
    { run_id, key, kind: 'embed', requested_model },
    async (signal, received) => {
      const answer = await vectorsOf(
        current,
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

function nothing(model: string): EmbedResult {
  return { count: 0, dimensions: 0, model, usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0 } };
}

/** A later attempt of the run may ask for other chunks by the same key. */
function digest(chunk_ids: string[]): string {
  return hexDigestOf(chunk_ids.join()).slice(0, 16);
}
