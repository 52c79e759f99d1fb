import { z } from 'zod';
import { defineAgent, type RunContext } from '../../workflows/contract/agent.js';
import { CHUNKS_A_PAGE, type VectorSpace } from '../../workflows/contract/retrieval.js';
import { DATA_RULES } from '../kit/data-rules.js';
import { embedChunks } from '../kit/embed-chunks.js';
import { type JudgedPairs, type ScanFound, scanFound, type ToDo, type UnseenTickets } from './contract.js';

/** The most of one scan: the next begins with what is left. */
const MOST_LOOKED_AT = 2000;
const MOST_PAIRS = 300;
/** What is saved while it works is looked at before it ends. */
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

  async flow(run, { all }) {
    if (all) await run.step('forget', () => run.deliver('forget', { do: 'forget' }));
    let failure: string | null = null;
    const spent = { tickets: 0, pairs: 0 };
    for (let round = 1; round <= MOST_ROUNDS; round += 1) {
      const name = `${run.attempt}.${round}`;
      await run.step('prune', () => run.deliver(`prune ${name}`, { do: 'prune' }));
      const todo = await run.step('see what changed', () => run.gather<ToDo>('todo'));
      if (todo.tickets + todo.pairs === 0) break;
      if (todo.tickets > 0) {
        const space = await run.unlessModelFails(() => spaceOfTickets(run, name));
        failure = space.failure;
        await lookAround(run, name, space.value, spent);
      }
      await judge(run, spent);
    }
    const found = await run.step('count', () => run.gather<ScanFound>('found'));
    const note = noteOf(found, failure);
    await run.step('tell', () => run.deliver('tell', { do: 'tell', note }));
    return { ...found, note };
  },
});

/** The space that the tickets have vectors in, once they all do. */
async function spaceOfTickets(run: RunContext, name: string): Promise<VectorSpace> {
  const space = await run.step('space', () => run.currentSpace(`space ${name}`));
  await embedChunks(run, (after) => run.staleChunks(space, after, CHUNKS_A_PAGE, 'ticket'));
  return space;
}

/** Finds candidates for whatever is new or has changed. */
async function lookAround(
  run: RunContext,
  name: string,
  space: VectorSpace | null,
  spent: { tickets: number },
): Promise<void> {
  for (let page = 1; spent.tickets < MOST_LOOKED_AT; page += 1) {
    const { ticket_ids, left } = await run.step('page', () => run.gather<UnseenTickets>('unseen', { space }));
    if (ticket_ids.length === 0) return;
    const looked = { do: 'look', ticket_ids, space };
    await run.step('look', () => run.deliver(`look ${name}.${page}`, looked));
    spent.tickets += ticket_ids.length;
    const total = spent.tickets - ticket_ids.length + left;
    await run.progress(spent.tickets, total, `${spent.tickets} of ${total} tickets looked at`);
  }
}

/** The likest pairs first, each batch delivered before the next is asked about. */
async function judge(run: RunContext, spent: { pairs: number }): Promise<void> {
  while (spent.pairs < MOST_PAIRS) {
    const asked = await run.step('judge', () => run.ask<JudgedPairs>('pairs'));
    if (asked.answer === null) return;
    const { key } = asked.answer;
    await run.step('propose', () => run.deliver(`judge ${key}`, { do: 'judge' }, asked));
    const { pairs, waiting } = asked.shown;
    spent.pairs += pairs;
    const total = Math.min(spent.pairs - pairs + waiting, MOST_PAIRS);
    await run.progress(spent.pairs, total, `${spent.pairs} of ${total} pairs judged`);
  }
}

function noteOf({ tickets, pairs, proposals, left }: ScanFound, failure: string | null): string | null {
  const said = [
    ...(tickets + pairs === 0 ? ['No ticket is new or has changed since the scan before.'] : []),
    ...(tickets + pairs > 0 && proposals.length === 0 ? ['No duplicate and no conflict was found.'] : []),
    ...(failure ? [`Tickets were compared by their words alone: ${failure}`] : []),
    ...(left > 0 ? [`${left} are left for the next scan.`] : []),
  ];
  return said.length > 0 ? said.join(' ') : null;
}
