import type { EntityManager, QueryDeepPartialEntity } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { MessageRole } from '../../../workflows/contract/thread.js';
import { type Message, RawEvent, Thread } from '../../platform/db/entities/thread.entity.js';
import { AppError } from '../../platform/http/app-error.js';
import type { By, ProjectPlace } from '../place.js';
import { keepFindable } from '../retrieval/findable.js';
import messageSource from './search-source.js';

interface NewMessage {
  role: MessageRole;
  body: string;
  metadata: Record<string, unknown>;
}

export type SavedMessage = Omit<Message, 'organisation_id' | 'project_id'>;

const MESSAGE_COLUMNS = 'id, thread_id, raw_event_id, role, body, metadata, author_id, at';

const INSERT_MESSAGES = `
  INSERT INTO messages (id, organisation_id, project_id, thread_id, raw_event_id, role, body, metadata, author_id)
  SELECT id, $1, $2, $3, $4, role, body, metadata, author_id
    FROM jsonb_to_recordset($5::jsonb) AS m(id uuid, role text, body text, metadata jsonb, author_id uuid)
  RETURNING ${MESSAGE_COLUMNS}`;

/** The messages of one turn and the event that refers to them; the lock keeps turns of a thread in order. */
export async function addTurn(
  tx: EntityManager,
  { organisation_id, project_id }: ProjectPlace,
  thread_id: string,
  messages: NewMessage[],
  by: By,
): Promise<{ raw_event_id: string; messages: SavedMessage[] }> {
  const touched = await tx
    .getRepository(Thread)
    .update({ id: thread_id, organisation_id, project_id }, { updated_at: () => 'clock_timestamp()' });
  if (touched.affected === 0) threadMissing(thread_id);
  const raw_event_id = uuidv7();
  const rows = messages.map((message) => ({
    id: uuidv7(),
    author_id: message.role === 'user' ? by.user_id : null,
    ...message,
  }));
  const data = { messages: rows.map(({ id, role }) => ({ id, role })) };
  const turn = { id: raw_event_id, organisation_id, project_id, user_id: by.user_id, thread_id, data };
  await tx.getRepository(RawEvent).insert({ ...turn, kind: 'chat_turn' } as QueryDeepPartialEntity<RawEvent>);
  const saved: SavedMessage[] = await tx.query(INSERT_MESSAGES, [
    organisation_id,
    project_id,
    thread_id,
    raw_event_id,
    JSON.stringify(rows),
  ]);
  for (const message of saved) {
    const text = isInternal(message.metadata) ? null : messageSource.text(message);
    await keepFindable(
      tx,
      { organisation_id, project_id },
      { type: messageSource.type, id: message.id },
      text,
    );
  }
  return { raw_event_id, messages: saved.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

function isInternal(metadata: unknown): boolean {
  return (metadata as { internal?: unknown } | null)?.internal === true;
}

export function threadMissing(id: string): never {
  throw new AppError('not_found', `There is no thread ${id}.`);
}
