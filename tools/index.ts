// Made by `npm run gen` from the files in this folder.
import currentSpace from './current-space.js';
import indexChunks from './index-chunks.js';
import mayBeStale from './may-be-stale.js';
import projectChanges from './project-changes.js';
import projectDay from './project-day.js';
import selfCheckStep from './self-check-step.js';
import staleChunks from './stale-chunks.js';
import type { AnyTool } from './tool.js';
import writeFiles from './write-files.js';

export const tools: readonly AnyTool[] = [
  currentSpace,
  indexChunks,
  mayBeStale,
  projectChanges,
  projectDay,
  selfCheckStep,
  staleChunks,
  writeFiles,
];
