import { z } from 'zod';
import { defineAgent } from '../contract/agent.js';
import { DATA_RULES } from '../work/data-rules.js';
import { suggested, whatBecame } from '../work/schemas.js';

const input = z.strictObject({ snapshot_id: z.uuid().toLowerCase().describe('One that was asked for') });

const answer = z.strictObject({
  title: z.string().describe('What the period was about, in a few words'),
  summary: z.string().describe('The period in two or three sentences'),
  sections: z
    .array(
      z.strictObject({
        heading: z.string(),
        text: z.string().describe('Markdown, without figures'),
        ticket_keys: z.array(z.string()).max(20).describe('The key of each ticket that it is about'),
      }),
    )
    .max(8),
});
type Answer = z.output<typeof answer>;

const output = z.object({ snapshot_id: z.uuid(), ...suggested });

const format = { name: 'snapshot', schema: z.toJSONSchema(answer), strict: true };

export default defineAgent({
  key: 'snapshot_generator',
  title: 'Snapshot generator',
  purpose: 'Drafts the state of a project over a period, for review; its numbers come from the database.',
  input,
  output,
  needs_project: true,
  instructions: `You write a snapshot of a project: what its team got done in a period, what is stuck, and what was written down.
State no figures and no totals: they are shown beside what you write.
${DATA_RULES}`,
  model: 'reasoning',
  policy: {
    timeout_seconds: 900,
    priority: 5,
    retry: { max_attempts: 3, first_delay_ms: 5000, backoff: 3, max_delay_ms: 60_000 },
  },
  example: { snapshot_id: '01900000-0000-7000-8000-000000000001' },

  async flow(run, { snapshot_id }) {
    const facts = await run.step('gather', () => run.gather<{ numbers: unknown }>('period'));
    const request = { key: 'snapshot', input: JSON.stringify(facts), format };
    const said = (await run.step('write', () => run.respond(request))).output as Answer;
    const draft = { ...said, numbers: facts.numbers };
    return { snapshot_id, ...whatBecame(await run.step('deliver', () => run.deliver('draft', draft))) };
  },
});
