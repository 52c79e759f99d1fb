import { z } from 'zod';
import { defineAgent } from '../../workflows/contract/agent.js';
import { CHUNKS_A_PAGE, type VectorSpace } from '../../workflows/contract/retrieval.js';
import type { RunContext } from '../../workflows/contract/run-context.js';
import { DATA_RULES } from '../kit/data-rules.js';
import { embedChunks } from '../kit/embed-chunks.js';
import contract, { type ScanFound, scanFound } from './contract.js';

type Scan = RunContext<typeof contract>;

/** The most of one scan: the next begins with what is left. */
const MOST_LOOKED_AT = 2000;
const MOST_PAIRS = 300;
/** Tickets saved during a scan are compared before it ends, in at most this many rounds. */
const MOST_ROUNDS = 3;

const input = z.strictObject({
  all: z
    .boolean()
    .optional()
    .describe('Also what was judged before; what a person has decided stays decided'),
});

const output = scanFound.extend({ note: z.string().nullable() });

export default defineAgent({
  key: 'ticket_conflict_scanner',
  title: 'Ticket conflict scanner',
  purpose:
    'Finds open tickets that ask for the same, or for what cannot both be done, and proposes to relate them.',
  input,
  output,
  contract,
  needs_project: true,
  instructions: `You compare pairs of tickets of one project.
${DATA_RULES}
Judge each pair once, by its number. It is a duplicate where both ask for the same thing to be done, in whatever words: to be about the same part of the product is not enough. It is a conflict where what they ask for cannot both be done. Anything else is unrelated, which most pairs are.
Of duplicates, the original is the one to keep. Give the reason in one sentence that names what both ask for.`,
  model: 'fast',
  trigger: { schedule: { kind: 'nightly' }, audience: 'project', target: 'daily_session' },
  policy: {
    timeout_seconds: 7200,
    priority: 1,
    retry: { max_attempts: 3, first_delay_ms: 5000, backoff: 3, max_delay_ms: 60_000 },
  },
  example: {},

  async flow(context, { all }) {
    const { run, model, work } = context;
    if (all) await run.step('forget', () => work.deliver('forget', {}));
    let failure: string | null = null;
    const spent = { tickets: 0, pairs: 0 };
    for (let round = 1; round <= MOST_ROUNDS; round += 1) {
      const name = `${run.attempt}.${round}`;
      await run.step('prune', () => work.deliver('prune', {}, { which: name }));
      const todo = await run.step('see what changed', () => work.gather('todo'));
      if (todo.tickets + todo.pairs === 0) break;
      if (todo.tickets > 0) {
        const space = await model.unlessItFails(() => spaceOfTickets(context, name));
        failure = space.failure;
        await lookAround(context, name, space.value, spent);
      }
      await judge(context, spent);
    }
    const result = await run.step('count', () => work.gather('found'));
    const note = noteOf(result, failure);
    await run.step('tell', () => work.deliver('tell', { note }));
    return { ...result, note };
  },
});

/** The space that the tickets have vectors in, once they all do. */
async function spaceOfTickets({ run, tools }: Scan, name: string): Promise<VectorSpace> {
  const space = await run.step('space', () => tools.currentSpace({ key: `space ${name}` }));
  const page = { space, limit: CHUNKS_A_PAGE, of: 'ticket' as const };
  await embedChunks({ run, tools }, (after) => tools.staleChunks({ ...page, after }));
  return space;
}

/** Finds candidates for whatever is new or has changed. */
async function lookAround(
  { run, work }: Scan,
  name: string,
  space: VectorSpace | null,
  spent: { tickets: number },
): Promise<void> {
  for (let page = 1; spent.tickets < MOST_LOOKED_AT; page += 1) {
    const { ticket_ids, left } = await run.step('page', () => work.gather('unseen', { space }));
    if (ticket_ids.length === 0) return;
    const which = `${name}.${page}`;
    await run.step('look', () => work.deliver('look', { ticket_ids, space }, { which }));
    spent.tickets += ticket_ids.length;
    const total = spent.tickets - ticket_ids.length + left;
    await run.progress(spent.tickets, total, `${spent.tickets} of ${total} tickets looked at`);
  }
}

/** The likest pairs first, each batch delivered before the next question. */
async function judge({ run, work }: Scan, spent: { pairs: number }): Promise<void> {
  while (spent.pairs < MOST_PAIRS) {
    const reply = await run.step('judge', () => work.ask('pairs'));
    if (reply.answer === null) return;
    const which = reply.answer.key;
    await run.step('propose', () => work.deliver('judge', {}, { reply, which }));
    const { pairs, waiting } = reply.shown;
    spent.pairs += pairs;
    const total = Math.min(spent.pairs - pairs + waiting, MOST_PAIRS);
    await run.progress(spent.pairs, total, `${spent.pairs} of ${total} pairs judged`);
  }
}

function noteOf({ tickets, pairs, proposals, left }: ScanFound, failure: string | null): string | null {
  const notes = [
    ...(tickets + pairs === 0 ? ['No ticket is new or has changed since the scan before.'] : []),
    ...(tickets + pairs > 0 && proposals.length === 0 ? ['No duplicate and no conflict was found.'] : []),
    ...(failure ? [`Tickets were compared by their words alone: ${failure}`] : []),
    ...(left > 0 ? [`${left} are left for the next scan.`] : []),
  ];
  return notes.length > 0 ? notes.join(' ') : null;
}
