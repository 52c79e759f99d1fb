import { type DataSource, LessThan, MoreThan } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Message, Thread } from '../../platform/db/entities/thread.entity.js';
import type { ProjectPlace } from '../place.js';
import type { MessagesQuery, ThreadsQuery } from './thread.dto.js';
import type { SavedMessage } from './turn.store.js';

/** Returns the newest threads first. */
export function listThreads(
  db: DataSource,
  { organisation_id, project_id }: ProjectPlace,
  { channel, before, limit }: ThreadsQuery,
): Promise<Thread[]> {
  const narrower = { ...(channel ? { channel } : {}), ...(before ? { id: LessThan(before) } : {}) };
  const where = { organisation_id, project_id, ...narrower };
  return db.getRepository(Thread).find({ where, order: { id: 'DESC' }, take: limit });
}

export function findThread(db: DataSource, organisation_id: string, id: string): Promise<Thread | null> {
  return db.getRepository(Thread).findOneBy({ id, organisation_id });
}

type NewThread = Pick<Thread, 'organisation_id' | 'project_id' | 'channel' | 'title' | 'created_by'>;

export async function insertThread(db: DataSource, given: NewThread): Promise<Thread> {
  const threads = db.getRepository(Thread);
  const thread = threads.create({ id: uuidv7(), ...given });
  await threads.insert(thread);
  return thread;
}

const SHOWN = {
  id: true,
  thread_id: true,
  raw_event_id: true,
  role: true,
  body: true,
  metadata: true,
  author_id: true,
  at: true,
} as const;

export function listMessages(
  db: DataSource,
  { organisation_id, thread_id }: { organisation_id: string; thread_id: string },
  { order, after, limit }: MessagesQuery,
): Promise<SavedMessage[]> {
  const oldest = order === 'oldest';
  const beyond = after === undefined ? {} : { id: oldest ? MoreThan(after) : LessThan(after) };
  return db.getRepository(Message).find({
    select: SHOWN,
    where: { organisation_id, thread_id, ...beyond },
    order: { id: oldest ? 'ASC' : 'DESC' },
    take: limit,
  });
}
