import { ticketKey } from '../../../workflows/contract/ticket.js';
import { MODELS_OF_TICKET } from '../proposals/models-of.sql.js';
import { defineSearchSource } from '../retrieval/source.js';
import { chunksByKey } from './chunks-by-key.store.js';

export default defineSearchSource({
  type: 'ticket',
  order: 2,
  plural: 'tickets',
  text: ({ number, title, body }: { number: number; title: string; body: string }) =>
    `${ticketKey(number)} ${title}\n\n${body}`,
  hit: {
    from: 'tickets k',
    id: 'k.id',
    title: "'TCK-' || k.number || ' ' || k.title",
    models: MODELS_OF_TICKET('k'),
  },
  chunksByKey,
});
