import type { Received } from './calls.js';
import { modelFailure } from './failures.js';
import type { Provider } from './needs.js';

export interface Vectors extends Received {
  dimensions: number;
  vectors: number[][];
}

/** Sends one request to the provider; the answer must have as many vectors as texts, all of one length. */
export async function vectorsOf(
  { openai, models }: Provider,
  texts: string[],
  signal: AbortSignal,
): Promise<Vectors> {
  const answer = await openai.embeddings.create({ model: models.embedding, input: texts }, { signal });
  const vectors = [...answer.data].sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
  const dimensions = vectors[0]?.length ?? 0;
  if (vectors.length !== texts.length || vectors.some((vector) => vector.length !== dimensions)) {
    throw modelFailure(
      'model_output_invalid',
      `${texts.length} texts were answered by ${vectors.length} vectors`,
    );
  }
  const input_tokens = answer.usage?.prompt_tokens ?? 0;
  return { model: answer.model, input_tokens, output_tokens: 0, request_id: null, dimensions, vectors };
}
