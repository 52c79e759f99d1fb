import { z } from 'zod';
import { MODEL } from '../answer/prompt.js';
import { estimateTokens } from '../answer/tokens.js';
import { DIMENSIONS, embed } from '../embeddings.js';

const text = z.string().min(1, 'must not be empty');

export const embeddingsBody = z.object({
  model: z.string().min(1),
  input: z.preprocess(
    (value) => (typeof value === 'string' ? [value] : value),
    z.array(text).min(1).max(2048),
  ),
  encoding_format: z.enum(['float', 'base64']).default('float'),
  dimensions: z.number().int().min(1).max(DIMENSIONS).optional(),
});

/** The first dimensions only, again of length 1. */
function shortened(vector: Float32Array, dimensions: number): Float32Array {
  const kept = vector.slice(0, dimensions);
  const length = Math.hypot(...kept) || 1;
  return kept.map((value) => value / length);
}

function base64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

export async function embeddingsOf(
  body: z.infer<typeof embeddingsBody>,
  signal: AbortSignal,
): Promise<object> {
  const vectors = await embed(body.input, signal);
  const data = vectors.map((vector, index) => {
    const wanted = body.dimensions ? shortened(vector, body.dimensions) : vector;
    const embedding = body.encoding_format === 'base64' ? base64(wanted) : [...wanted];
    return { object: 'embedding', index, embedding };
  });
  const tokens = body.input.reduce((sum, one) => sum + estimateTokens(one), 0);
  return { object: 'list', data, model: MODEL, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}
