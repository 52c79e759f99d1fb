// Made by `npm run gen` from the files `search-source.ts` of the workspace.
import docs from '../docs/search-source.js';
import memories from '../memories/search-source.js';
import threads from '../threads/search-source.js';
import tickets from '../tickets/search-source.js';

export const searchSources = [docs, memories, threads, tickets] as const;
