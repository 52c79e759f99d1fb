import { z } from 'zod';
import { DEFAULT_SLOW_MS, type Directive, MODES } from './directive.js';

export const ENDPOINTS = ['responses', 'chat', 'embeddings', 'images'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

const step = z.strictObject({
  /** `ok` lets one request pass. */
  mode: z.enum([...MODES, 'say', 'ok']),
  text: z.string().max(100_000).optional(),
  retry_after: z.number().min(0).optional(),
  ms: z.number().min(0).max(600_000).optional(),
  match: z.string().min(1).optional(),
  endpoint: z.enum(ENDPOINTS).optional(),
});

export const scriptSchema = z.strictObject({
  steps: z.array(step).max(10_000),
  repeat: z.boolean().default(false),
});

type Script = z.infer<typeof scriptSchema>;

/** Steps that the next matching requests use up, in order; with `repeat` a used step goes to the end. */
export class ScriptedSteps {
  #script: Script = { steps: [], repeat: false };

  get script(): Script {
    return this.#script;
  }

  replace(script: Script): void {
    this.#script = { ...script, steps: [...script.steps] };
  }

  next(endpoint: Endpoint, body: string): Directive | undefined {
    const { steps, repeat } = this.#script;
    const at = steps.findIndex(
      (one) =>
        (one.endpoint ?? endpoint) === endpoint && (one.match === undefined || body.includes(one.match)),
    );
    const [used] = at === -1 ? [] : steps.splice(at, 1);
    if (!used) return undefined;
    if (repeat) steps.push(used);
    if (used.mode === 'ok') return undefined;
    const ms = used.ms ?? (used.mode === 'slow' ? DEFAULT_SLOW_MS : undefined);
    return {
      mode: used.mode,
      ...(used.retry_after === undefined ? {} : { retryAfter: used.retry_after }),
      ...(ms === undefined ? {} : { ms }),
      ...(used.text === undefined ? {} : { text: used.text }),
    };
  }
}
