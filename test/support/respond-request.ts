import type { Json } from './caller.js';
import type { ScriptedModel } from './scripted-model.js';
import type { TestStack } from './stack.js';

/** Returns the first request of a run to its model, as it came over the wire; null if there is none. */
export async function askedOf(
  { stack, model }: { stack: TestStack; model: ScriptedModel },
  run_id: string,
): Promise<Json> {
  const [call] = await stack.query<{ request_id: string }>(
    `SELECT request_id FROM agent_run_model_calls WHERE run_id = $1 AND kind = 'respond' AND status = 'answered'
      ORDER BY at LIMIT 1`,
    [run_id],
  );
  if (!call) return null;
  const { instructions, input, text } = model.heard(call.request_id);
  return { instructions, input, format: text?.format ?? null };
}
