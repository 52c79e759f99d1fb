import { z } from 'zod';
import { defineAgent } from '../../workflows/contract/agent.js';
import { DATA_RULES } from '../kit/data-rules.js';
import { embedChunks } from '../kit/embed-chunks.js';
import { suggested, whatBecame } from '../kit/suggested.js';
import contract from './contract.js';

const input = z.strictObject({
  raw_event_id: z.uuid().toLowerCase().describe('The turn that was completed'),
});

const output = z.object({
  raw_event_id: z.uuid(),
  note: z.string().nullable().describe('Why nothing is suggested'),
  embedded: z.int().describe('Chunks of the turn that are found by their meaning from now on'),
  ...suggested,
});

export default defineAgent({
  key: 'chat_memory_reviewer',
  title: 'Chat memory reviewer',
  purpose:
    'Reads each completed turn of a conversation, makes it found by its meaning, and suggests what to remember, to change and to forget.',
  input,
  output,
  contract,
  needs_project: true,
  instructions: `You review one turn of a conversation, and suggest what should be remembered of it for later ones.
Remember what lasts: decisions, preferences, facts about the project and the person. Leave out small talk, passing states, secrets, and what is remembered already.
Where the turn corrects a memory, change that memory instead of adding another.
${DATA_RULES}`,
  model: 'fast',
  policy: {
    timeout_seconds: 300,
    priority: 1,
    retry: { max_attempts: 2, first_delay_ms: 5000, backoff: 2, max_delay_ms: 30_000 },
  },
  example: { raw_event_id: '01900000-0000-7000-8000-000000000002' },

  async flow({ run, work, tools }, { raw_event_id }) {
    const { embedded } = await embedChunks({ run, tools }, (after) => work.gather('chunks', { after }));
    const reply = await run.step('review', () => work.ask('review'));
    if (reply.answer === null) {
      const note = 'All of the turn is internal: there is nothing to review.';
      return { raw_event_id, note, embedded, proposals: [], accepted: 0, known: 0, dropped: 0 };
    }
    const delivered = await run.step('deliver', () => work.deliver('memories', {}, { reply }));
    const made = delivered.proposed?.made.length ?? 0;
    const note = made > 0 ? null : 'The turn holds nothing new to remember.';
    return { raw_event_id, note, embedded, ...whatBecame(delivered) };
  },
});
