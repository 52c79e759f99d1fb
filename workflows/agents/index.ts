// Made by `npm run gen` from the files in this folder.
import type { AgentDefinition } from '../contract/agent.js';
import reindex from './reindex.js';
import selfCheck from './self-check.js';

export const agents: readonly AgentDefinition[] = [reindex, selfCheck];
