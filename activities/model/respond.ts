import { z } from 'zod';
import { misfits } from '../../workflows/contract/misfits.js';
import type { RespondRequest, RespondResult } from '../../workflows/contract/model.js';
import { parseStorable, storable } from '../../workflows/contract/storable.js';
import { answerOnce, usageOf } from './calls.js';
import { modelFailure } from './failures.js';
import type { ModelNeeds } from './needs.js';
import { type Checked, type CheckOwn, checkedBy } from './own-schema.js';
import { answerWith } from './provider.js';
import { complete, type FullRequest } from './version.js';

/** Makes one text call and checks its output against the requested schema. */
export function createRespond(needs: ModelNeeds) {
  return async function respond(given: RespondRequest): Promise<RespondResult> {
    const { text, output, model, usage } = await respondOnce(needs, given);
    return { text, output, model, usage };
  };
}

/** Like `respond`, with facts that are recorded with the answer; a recorded answer returns its own facts. */
export async function respondOnce(
  { provider, calls, versions, checkOwn }: ModelNeeds,
  given: RespondRequest,
  facts: unknown = null,
): Promise<RespondResult & { facts: unknown }> {
  const request = await complete(given, versions);
  const { run_id, key } = request;
  const read = readerOf(request, checkOwn);
  const { openai, style, models } = provider();
  const answer = answerWith(openai, style);
  const model = models[request.model as keyof typeof models] ?? request.model;
  const call = { run_id, key, kind: 'respond', requested_model: model, facts } as const;
  const answered = await answerOnce(calls, call, async (signal, received) => {
    const answered = await answer({ ...request, model, signal });
    received(answered);
    const text = storable(answered.text);
    await read(text);
    return text;
  });
  const text = answered.response as string;
  const output = await read(text);
  return { text, output, model: answered.model, usage: usageOf(answered), facts: answered.facts };
}

/** Reads each text once, although an answer is read before it is recorded and after. */
function readerOf(request: FullRequest, checkOwn: CheckOwn): (text: string) => Promise<unknown> {
  let last: { text: string; output: unknown } | undefined;
  return async (text) => {
    if (last?.text !== text) last = { text, output: await readOutput(text, request, checkOwn) };
    return last.output;
  };
}

async function readOutput(text: string, { format, own }: FullRequest, checkOwn: CheckOwn): Promise<unknown> {
  if (!format) return null;
  let value: unknown;
  try {
    value = parseStorable(text);
  } catch {
    throw modelFailure('model_output_invalid', 'the output is not JSON');
  }
  const checked = own ? await checkOwn(own, value) : checkOurs(format.schema, value);
  if (checked.verdict === 'fits') return checked.value;
  const why = checked.verdict === 'refused' ? `the output ${checked.why}` : misfits(checked);
  throw modelFailure('model_output_invalid', why);
}

function checkOurs(schema: Record<string, unknown>, value: unknown): Checked {
  return checkedBy(z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]), value);
}
