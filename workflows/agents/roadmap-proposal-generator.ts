import { z } from 'zod';
import { defineAgent } from '../contract/agent.js';
import { DATA_RULES } from '../work/data-rules.js';
import { suggested, whatBecame } from '../work/schemas.js';

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

const answer = z.strictObject({
  summary: z.string().describe('Where the project is going, as markdown of a few sentences'),
  reason: z.string().describe('Why the roadmap should say so'),
  epics: z
    .array(
      z.strictObject({
        title: z.string(),
        goal: z.string().describe('What is true once it is done'),
        ticket_keys: z.array(z.string()).max(100).describe('The key of each ticket that belongs to it'),
        reason: z.string(),
      }),
    )
    .max(12),
});
type Answer = z.output<typeof answer>;

const output = z.object(suggested);

const format = { name: 'roadmap', schema: z.toJSONSchema(answer), strict: true };

export default defineAgent({
  key: 'roadmap_proposal_generator',
  title: 'Roadmap proposals',
  purpose:
    'Turns goals, tickets and docs of a project into a roadmap and epics, each for a person to accept.',
  input,
  output,
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

  async flow(run, { goals }) {
    const facts = await run.step('gather', () => run.gather<{ roadmap: { version: number } }>('roadmap'));
    const request = { key: 'roadmap', input: JSON.stringify({ goals, ...facts }), format };
    const said = (await run.step('propose', () => run.respond(request))).output as Answer;
    const proposed = { ...said, roadmap_version: facts.roadmap.version };
    return whatBecame(await run.step('deliver', () => run.deliver('roadmap', proposed)));
  },
});
