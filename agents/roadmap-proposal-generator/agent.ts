import { z } from 'zod';
import { defineAgent } from '../../workflows/contract/agent.js';
import { DATA_RULES } from '../kit/data-rules.js';
import { suggested, whatBecame } from '../kit/suggested.js';
import contract from './contract.js';

const input = z.strictObject({
  goals: z
    .string()
    .trim()
    .min(1)
    .max(10_000)
    .refine(
      (text) => !/[\0\p{Surrogate}]/u.test(text),
      'must not hold a NUL character or half of a surrogate pair',
    )
    .describe('Where the project should go, in a person’s words'),
});

const output = z.object(suggested);

export default defineAgent({
  key: 'roadmap_proposal_generator',
  title: 'Roadmap proposals',
  purpose:
    'Turns goals, tickets and docs of a project into a roadmap and epics, each for a person to accept.',
  input,
  output,
  contract,
  texts: ['goals'],
  needs_project: true,
  instructions: `You propose a roadmap for a project: a short summary, and epics in the order in which they should be done.
Serve the goals. Keep what the roadmap says already where it still holds, and propose no epic that is among its epics.
${DATA_RULES}`,
  model: 'reasoning',
  policy: {
    timeout_seconds: 900,
    priority: 5,
    retry: { max_attempts: 3, first_delay_ms: 5000, backoff: 3, max_delay_ms: 60_000 },
  },
  example: {
    goals: 'Customers can pay without help, and support gets half as many questions about invoices.',
  },

  async flow({ run, work }) {
    const reply = await run.step('propose', () => work.ask('roadmap'));
    return whatBecame(await run.step('deliver', () => work.deliver('roadmap', {}, { reply })));
  },
});
