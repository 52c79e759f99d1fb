import { z } from 'zod';
import { misfits } from '../../workflows/contract/misfits.js';
import type { JsonSchemaFormat, RespondRequest, RespondResult } from '../../workflows/contract/model.js';
import { isTooMuchWork, TOO_MUCH_WORK } from '../../workflows/contract/schema-work.js';
import { parseStorable, storable } from '../../workflows/contract/storable.js';
import { answerOnce, usageOf } from './calls.js';
import { modelFailure } from './failures.js';
import type { ModelNeeds } from './needs.js';
import { answerWith } from './provider.js';
import { complete } from './version.js';

/** One text call, its output checked against the schema it was asked for. */
export function createRespond(needs: ModelNeeds) {
  return async function respond(given: RespondRequest): Promise<RespondResult> {
    const { text, output, model, usage } = await respondOnce(needs, given);
    return { text, output, model, usage };
  };
}

/** The same with facts that are recorded with the answer; an answer that is there comes back with its own. */
export async function respondOnce(
  { provider, calls, versions }: ModelNeeds,
  given: RespondRequest,
  facts: unknown = null,
): Promise<RespondResult & { facts: unknown }> {
  const request = await complete(given, versions);
  const { run_id, key, format } = request;
  const { openai, style, models } = provider();
  const answer = answerWith(openai, style);
  const model = models[request.model as keyof typeof models] ?? request.model;
  const call = { run_id, key, kind: 'respond', requested_model: model, facts } as const;
  const answered = await answerOnce(calls, call, async (signal, received) => {
    const answered = await answer({ ...request, model, signal });
    received(answered);
    const text = storable(answered.text);
    readOutput(text, format);
    return text;
  });
  const text = answered.response as string;
  const output = readOutput(text, format);
  return { text, output, model: answered.model, usage: usageOf(answered), facts: answered.facts };
}

function readOutput(text: string, format: JsonSchemaFormat | undefined): unknown {
  if (!format) return null;
  let value: unknown;
  try {
    value = parseStorable(text);
  } catch {
    throw modelFailure('model_output_invalid', 'the output is not JSON');
  }
  if (isTooMuchWork(format.schema as Record<string, unknown>, value))
    throw modelFailure('model_output_invalid', `The output ${TOO_MUCH_WORK}`);
  const checked = z.fromJSONSchema(format.schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value);
  if (!checked.success) throw modelFailure('model_output_invalid', misfits(checked.error));
  return checked.data;
}
