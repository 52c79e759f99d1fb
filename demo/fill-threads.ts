import { v7 as uuidv7 } from 'uuid';
import { addTurn } from '../src/workspace/threads/turn.store.js';
import type { Dated } from './dates.js';
import type { DemoFilling } from './fill.js';
import type { DemoMessage } from './read-data.js';

const LEAD = 'Ines';
/** Minutes from one message to the next. */
const PAUSE = 3;

export async function fillThreads({ tx, place, data, half_year, user_id, told }: DemoFilling) {
  const dated: Pick<Dated, 'threads' | 'messages'> = { threads: [], messages: [] };
  const total = data.threads.reduce((sum, { messages }) => sum + messages.length, 0);
  for (const { channel, day, title, messages } of data.threads) {
    const id = uuidv7();
    const when = (minutes: number) => half_year.at(day, title, minutes);
    await tx.query(
      `INSERT INTO threads (id, organisation_id, project_id, channel, title) VALUES ($1, $2, $3, $4, $5)`,
      [id, place.organisation_id, place.project_id, channel, title],
    );
    dated.threads.push({ id, created: when(0), changed: when(PAUSE * (messages.length - 1)) });
    let minutes = 0;
    for (const turn of turnsOf(messages)) {
      const by = { user_id: turn[0]?.name === LEAD ? user_id : null };
      const saved = await addTurn(tx, place, id, turn.map(asNewMessage), by);
      for (const message of saved.messages) {
        dated.messages.push({ id: message.id, created: when(minutes) });
        minutes += PAUSE;
      }
      told('messages', dated.messages.length, total);
    }
  }
  return dated;
}

/** A turn is one person's messages with the answers to them. */
function turnsOf(messages: DemoMessage[]): DemoMessage[][] {
  const turns: DemoMessage[][] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (message.role === 'assistant' && last) last.push(message);
    else turns.push([message]);
  }
  return turns;
}

const asNewMessage = ({ role, body, name }: DemoMessage) => ({ role, body, metadata: { name } });
