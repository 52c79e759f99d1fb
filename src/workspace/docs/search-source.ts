import { defineSearchSource } from '../retrieval/source.js';

export default defineSearchSource({
  type: 'doc',
  order: 1,
  plural: 'docs',
  text: ({ title, body }: { title: string; body: string }) => `# ${title}\n\n${body}`,
  hit: { from: 'docs d', id: 'd.id', title: 'd.title', visible: 'd.archived_at IS NULL' },
});
