import { defineSearchSource } from '../retrieval/source.js';

export default defineSearchSource({
  type: 'message',
  order: 3,
  plural: 'messages',
  text: ({ body }: { body: string }) => body,
  hit: {
    from: 'messages m JOIN threads h ON h.id = m.thread_id',
    id: 'm.id',
    title: 'h.title',
    thread_id: 'h.id',
  },
});
