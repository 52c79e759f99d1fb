import { z } from 'zod';
import { defineAgent } from '../../workflows/contract/agent.js';
import { DATA_RULES } from '../kit/data-rules.js';
import { embedChunks } from '../kit/embed-chunks.js';
import { suggested, whatBecame } from '../kit/suggested.js';
import contract, { type ReadOfDoc } from './contract.js';

const input = z.strictObject({
  doc_id: z.uuid().toLowerCase().describe('The doc that was saved, archived or restored'),
  extract: z
    .boolean()
    .optional()
    .describe('Reads all that the doc says, also what was reviewed before and has not changed'),
});

const count = z.int().min(0);

const output = z.object({
  doc_id: z.uuid(),
  revision: z.int().min(1),
  note: z.string().nullable().describe('Why nothing is suggested'),
  chunks: count.describe('Of the doc, as search holds it'),
  embedded: count.describe('Of these, embedded by this run: they had no vector'),
  references: count.describe('Tickets, docs and people that the doc names and that are there'),
  left_out: count.describe('Passages that the model was not told, since there were too many'),
  ...suggested,
  superseded: count.describe('Suggestions of earlier runs that waited, and that the doc no longer supports'),
});

export default defineAgent({
  key: 'docs_memory_reviewer',
  title: 'Docs memory reviewer',
  purpose:
    'Makes each doc that was saved found by its meaning, looks up what it refers to, and suggests what to remember of it.',
  input,
  output,
  contract,
  needs_project: true,
  instructions: `You review what a team’s doc says, or what changed in it, and suggest what should be remembered for the project.
\`parts\` are passages of the doc as it is now; \`gone\` are passages that it no longer holds; \`memories\` are what is remembered already.
Remember what lasts: decisions, rules, facts about the project. Leave out drafts, passing states, secrets, and what is remembered already.
Where the doc corrects a memory, change that memory instead of adding another; where only what is gone supported it, suggest to remove it.
${DATA_RULES}`,
  model: 'fast',
  policy: {
    timeout_seconds: 900,
    priority: 5,
    retry: { max_attempts: 3, first_delay_ms: 5000, backoff: 3, max_delay_ms: 60_000 },
  },
  example: { doc_id: '01900000-0000-7000-8000-000000000003' },

  async flow({ run, work, tools }, { doc_id }) {
    const { embedded } = await embedChunks({ run, tools }, (after) => work.gather('chunks', { after }));
    await run.step('refer', () => work.deliver('references', {}));
    const reply = await run.step('review', () => work.ask('review'));
    const { revision, since, unread, left_out, chunks, references } = reply.shown;
    const review = { revision, since, unread };
    const delivered = await run.step('deliver', () => work.deliver('review', review, { reply }));
    const note = noteOf(reply.shown, delivered.proposed);
    const { superseded = 0 } = delivered;
    const counts = { chunks, embedded, references, left_out, superseded };
    return { doc_id, revision, note, ...counts, ...whatBecame(delivered) };
  },
});

function noteOf({ unread, since, revision }: ReadOfDoc, proposed: { made: string[] } | null): string | null {
  switch (unread) {
    case 'archived':
      return 'The doc is archived: it is not found any more, and nothing of it is suggested.';
    case 'empty':
      return 'The doc is empty: there is nothing to review.';
    case 'unchanged':
      return `Nothing changed since revision ${since ?? revision} was reviewed.`;
    case null:
      if (proposed === null) return 'The doc was archived or reviewed again meanwhile.';
      return proposed.made.length > 0 ? null : 'The doc holds nothing new to remember.';
  }
}
