import { z } from 'zod';
import { defineAgent } from '../../workflows/contract/agent.js';

const input = z
  .strictObject({
    steps: z.int().min(1).max(100).default(1).describe('How many steps to make, one effect each'),
    delay_ms: z.int().min(0).max(60_000).default(0).describe('Pause before each step'),
    model_calls: z.int().min(0).max(10).default(0).describe('How many model calls to make after the steps'),
    fail_step: z.int().min(1).max(100).optional().describe('The step that fails'),
    fail_times: z
      .int()
      .min(0)
      .max(1000)
      .optional()
      .describe('In how many attempts fail_step fails; without it, in every one'),
  })
  .refine((value) => value.fail_step === undefined || value.fail_step <= value.steps, {
    path: ['fail_step'],
    message: 'must be one of the steps',
  });

const output = z.object({
  steps_done: z.int(),
  effects: z.int(),
  model_calls: z.int(),
  notes: z.array(z.string()).describe('What the model answered, first line of each'),
});

export default defineAgent({
  key: 'self_check',
  title: 'Self-check',
  purpose: 'Shows that runs, effects, retries, progress and model calls work on this installation.',
  input,
  output,
  instructions: 'Say in one sentence what this check has done.',
  model: 'fast',
  policy: {
    timeout_seconds: 600,
    priority: 5,
    retry: { max_attempts: 3, first_delay_ms: 1000, backoff: 2, max_delay_ms: 30_000 },
  },
  example: { steps: 3, model_calls: 1 },

  async flow({ run, model, tools }, { steps, delay_ms, model_calls, fail_step, fail_times }) {
    const total = steps + model_calls;
    let effects = 0;
    for (let step = 1; step <= steps; step += 1) {
      if (delay_ms > 0) await run.sleep(delay_ms);
      const fail = step === fail_step && run.attempt <= (fail_times ?? Number.POSITIVE_INFINITY);
      const made = await run.step(`step-${step}`, () =>
        tools.selfCheckStep({ step, attempt: run.attempt, fail }),
      );
      effects = made.effects;
      await run.progress(step, total, `step ${step} of ${steps}`);
    }
    const notes: string[] = [];
    const models = new Set<string>();
    for (let call = 1; call <= model_calls; call += 1) {
      const answer = await run.step(`model-call-${call}`, () =>
        model.respond({
          key: `model-call-${call}`,
          input: `Self-check call ${call} of ${model_calls}. The run made ${effects} effects in ${steps} steps.`,
        }),
      );
      notes.push(answer.text.split('\n')[0] ?? '');
      models.add(answer.model);
      await run.progress(steps + call, total, `model call ${call} of ${model_calls}`);
    }
    if (notes.length > 0) {
      const lines = [`# Answers of ${[...models].join(', ')}`, '', ...notes.map((note) => `- ${note}`)];
      await tools.writeFiles({ files: [{ path: 'notes/answers.md', content: `${lines.join('\n')}\n` }] });
    }
    return { steps_done: steps, effects, model_calls, notes };
  },
});
