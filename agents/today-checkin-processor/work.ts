import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { setCoaching } from '../../src/workspace/daily/daily.store.js';
import { proposeDiffs } from '../../src/workspace/memories/diffs.js';
import { memoriesFor } from '../../src/workspace/memories/memories-for.store.js';
import { proseOf } from '../../src/workspace/words.js';
import { type AskedOf, defineWork, type WorkingRun } from '../../src/workspace/work/agent-work.js';
import { TICKET_STATUSES } from '../../workflows/contract/ticket.js';
import type { OutputLink } from '../../workflows/contract/work.js';
import { checkinAnswer } from './contract.js';
import { checkinFacts, checkinOf } from './facts.store.js';
import { CheckinProposals } from './proposals.js';

const version = z.int().min(1);
const output = checkinAnswer.extend({
  /** What it may refer to, at the versions that it was told. */
  seen: z.strictObject({
    tickets: z.array(
      z.strictObject({ id: z.uuid(), key: z.string(), status: z.enum(TICKET_STATUSES), version }),
    ),
    memories: z.array(z.strictObject({ id: z.uuid(), version })),
  }),
});

/** What a check-in says is its person’s: so is all that is suggested from it, but for the project’s memories. */
export default defineWork({
  agent: 'today_checkin_processor',
  asks: { checkin: { answer: checkinAnswer, facts: checkinAndItsWorld } },
  output,
  async deliver(tx, run, { seen, ...answer }) {
    const { id } = await checkinOf(tx, run);
    const coaching = proseOf(answer.coaching, 10_000);
    if (coaching !== '') await setCoaching(tx, run, id, coaching);
    const ids = seen.memories.map((memory) => memory.id);
    const all = new CheckinProposals(id, seen, await memoriesFor(tx, run, true, ids)).of(answer);
    const delivered = await proposeDiffs(tx, run, all);
    const remembered = all.some((one) => typeof one !== 'string' && one.kind.startsWith('memory_'));
    return { outputs: links(run, delivered.proposed.made.length > 0, remembered), ...delivered };
  },
});

async function checkinAndItsWorld(tx: EntityManager, run: WorkingRun): Promise<AskedOf> {
  const { tickets, memories, ...said } = await checkinFacts(tx, run);
  return {
    told: {
      ...said,
      tickets: tickets.map(({ key, title, status }) => ({ key, title, status })),
      memories: memories.map(({ id, text, personal }) => ({ id, text, personal })),
    },
    kept: {
      seen: {
        tickets: tickets.map(({ id, key, status, version }) => ({ id, key, status, version })),
        memories: memories.map(({ id, version }) => ({ id, version })),
      },
    },
  };
}

function links({ project_id, run_id }: WorkingRun, proposed: boolean, remembered: boolean): OutputLink[] {
  const project = `/api/projects/${project_id}`;
  const of_run = `status=any&run_id=${run_id}`;
  const today: OutputLink = { type: 'today', href: `${project}/today`, text: 'Coaching in Today' };
  const inbox: OutputLink = { type: 'inbox', href: `${project}/inbox?${of_run}`, text: 'Suggestions' };
  const diffs: OutputLink = {
    type: 'memory_diffs',
    href: `${project}/memory-diffs?${of_run}`,
    text: 'What to remember',
  };
  return [today, ...(proposed ? [inbox] : []), ...(proposed && remembered ? [diffs] : [])];
}
