import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../../src/platform/db/data-source.js';
import docSource from '../../../src/workspace/docs/search-source.js';
import memorySource from '../../../src/workspace/memories/search-source.js';
import { chunkTexts } from '../../../src/workspace/retrieval/chunk.js';
import {
  type ChunkOwner,
  type ChunkSource,
  replaceChunks,
} from '../../../src/workspace/retrieval/chunk.store.js';
import messageSource from '../../../src/workspace/threads/search-source.js';
import ticketSource from '../../../src/workspace/tickets/search-source.js';

/** Puts things into projects as the workspace does, with their chunks. */
export class Library {
  private constructor(readonly db: DataSource) {}

  static async open(url: string): Promise<Library> {
    return new Library(await createDataSource(url, 4).initialize());
  }

  close(): Promise<void> {
    return this.db.destroy();
  }

  async doc(place: ChunkOwner, title: string, body: string, id: string = randomUUID()): Promise<string> {
    await this.insert('docs', { id, ...project(place), title, body });
    await this.write(place, { type: 'doc', id }, docSource.text({ title, body }));
    return id;
  }

  async ticket(place: ChunkOwner, number: number, title: string, body: string): Promise<string> {
    const id = randomUUID();
    await this.insert('tickets', { id, ...project(place), number, title, body, status: 'open', labels: [] });
    await this.write(place, { type: 'ticket', id }, ticketSource.text({ number, title, body }));
    return id;
  }

  async message(place: ChunkOwner, title: string, body: string): Promise<string> {
    const [id, thread_id, raw_event_id] = [randomUUID(), randomUUID(), randomUUID()];
    await this.insert('threads', { id: thread_id, ...project(place), channel: 'chat', title });
    await this.insert('raw_events', { id: raw_event_id, ...project(place), kind: 'message', data: {} });
    const message = { id, thread_id, raw_event_id, role: 'user', body, metadata: {} };
    await this.insert('messages', { ...message, ...project(place) });
    await this.write(place, { type: 'message', id }, messageSource.text({ body }));
    return id;
  }

  async memory(place: ChunkOwner, body: string): Promise<string> {
    const id = randomUUID();
    await this.insert('memories', { id, ...project(place), user_id: place.user_id, body, sources: '[]' });
    await this.write(place, { type: 'memory', id }, memorySource.text({ body }));
    return id;
  }

  /** The ids of the chunks that have no vector yet. */
  write(place: ChunkOwner, source: ChunkSource, text: string): Promise<string[]> {
    return this.db.transaction((tx) => replaceChunks(tx, place, source, chunkTexts(text)));
  }

  private async insert(table: string, row: Record<string, unknown>): Promise<void> {
    const names = Object.keys(row);
    await this.db.query(
      `INSERT INTO ${table} (${names.join()}) VALUES (${names.map((_, at) => `$${at + 1}`).join()})`,
      Object.values(row),
    );
  }
}

const project = ({ organisation_id, project_id }: ChunkOwner) => ({ organisation_id, project_id });
