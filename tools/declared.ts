// Made by `npm run gen` from the files in this folder.
import type { ToolCall } from '../workflows/contract/tool.js';
import type currentSpace from './current-space.js';
import type indexChunks from './index-chunks.js';
import type mayBeStale from './may-be-stale.js';
import type projectChanges from './project-changes.js';
import type projectDay from './project-day.js';
import type selfCheckStep from './self-check-step.js';
import type staleChunks from './stale-chunks.js';
import type writeFiles from './write-files.js';

export const TOOL_EFFECTS = {
  currentSpace: 'model',
  indexChunks: 'model',
  mayBeStale: 'scan',
  projectChanges: 'read',
  projectDay: 'read',
  selfCheckStep: 'try',
  staleChunks: 'scan',
  writeFiles: 'write',
} as const;

export interface Tools {
  currentSpace: ToolCall<typeof currentSpace>;
  indexChunks: ToolCall<typeof indexChunks>;
  mayBeStale: ToolCall<typeof mayBeStale>;
  projectChanges: ToolCall<typeof projectChanges>;
  projectDay: ToolCall<typeof projectDay>;
  selfCheckStep: ToolCall<typeof selfCheckStep>;
  staleChunks: ToolCall<typeof staleChunks>;
  writeFiles: ToolCall<typeof writeFiles>;
}
