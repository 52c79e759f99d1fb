import type { EmbedRequest, EmbedResult, ModelUsage } from '../../workflows/contract/model.js';
import { answerOnce, usageOf } from './calls.js';
import type { ModelNeeds, Provider } from './needs.js';
import { vectorsOf } from './vectors.js';

/** Texts per request: providers take more, but a failed batch is asked for whole again. */
const BATCH = 128;

/** Vectors of many texts; each batch is one recorded call, so a retry asks only for what is missing. */
export function createEmbed({ provider, calls }: ModelNeeds) {
  async function embedBatch(
    current: Provider,
    run_id: string,
    key: string,
    texts: string[],
  ): Promise<EmbedResult> {
    const call = { run_id, key, kind: 'embed', requested_model: current.models.embedding } as const;
    const answered = await answerOnce(calls, call, async (signal, received) => {
      const { vectors, dimensions, ...answer } = await vectorsOf(current, texts, signal);
      received(answer);
      return { dimensions, vectors };
    });
    const { dimensions } = answered.response as { dimensions: number };
    return { count: texts.length, dimensions, model: answered.model, usage: usageOf(answered) };
  }

  return async function embed({ run_id, key, texts }: EmbedRequest): Promise<EmbedResult> {
    const current = provider();
    const parts: EmbedResult[] = [];
    for (let start = 0; start < texts.length; start += BATCH) {
      parts.push(
        await embedBatch(current, run_id, `${key}/${start / BATCH}`, texts.slice(start, start + BATCH)),
      );
    }
    const [first] = parts;
    return {
      count: texts.length,
      dimensions: first?.dimensions ?? 0,
      model: first?.model ?? current.models.embedding,
      usage: sum(parts.map((part) => part.usage)),
    };
  };
}

export function sum(usages: ModelUsage[]): ModelUsage {
  const total = { input_tokens: 0, output_tokens: 0, cost_usd: 0 as number | null };
  for (const { input_tokens, output_tokens, cost_usd } of usages) {
    total.input_tokens += input_tokens;
    total.output_tokens += output_tokens;
    total.cost_usd = total.cost_usd === null || cost_usd === null ? null : total.cost_usd + cost_usd;
  }
  return total;
}
