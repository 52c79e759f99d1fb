import { MODELS_OF_MEMORY } from '../proposals/models-of.sql.js';
import { defineSearchSource } from '../retrieval/source.js';

export default defineSearchSource({
  type: 'memory',
  order: 4,
  plural: 'memories',
  text: ({ body }: { body: string }) => body,
  hit: {
    from: 'memories e',
    id: 'e.id',
    title: 'left(e.body, 80)',
    models: MODELS_OF_MEMORY('e.id', 'e.body'),
    visible: 'e.removed_at IS NULL',
  },
});
