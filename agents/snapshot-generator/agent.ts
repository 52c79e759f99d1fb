import { z } from 'zod';
import { defineAgent } from '../../workflows/contract/agent.js';
import { DATA_RULES } from '../kit/data-rules.js';
import { suggested, whatBecame } from '../kit/suggested.js';
import contract from './contract.js';

const input = z.strictObject({ snapshot_id: z.uuid().toLowerCase().describe('One that was asked for') });

const output = z.object({ snapshot_id: z.uuid(), ...suggested });

export default defineAgent({
  key: 'snapshot_generator',
  title: 'Snapshot generator',
  purpose: 'Drafts the state of a project over a period, for review; its numbers come from the database.',
  input,
  output,
  contract,
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

  async flow({ run, work }, { snapshot_id }) {
    const reply = await run.step('write', () => work.ask('snapshot'));
    return {
      snapshot_id,
      ...whatBecame(await run.step('deliver', () => work.deliver('draft', {}, { reply }))),
    };
  },
});
