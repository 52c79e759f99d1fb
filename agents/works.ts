// Made by `npm run gen` from the files in this folder.
import type { AnyWork } from '../src/workspace/work/agent-work.js';
import chatMemoryReviewer from './chat-memory-reviewer/work.js';
import docsMemoryReviewer from './docs-memory-reviewer/work.js';
import operatingPulse from './operating-pulse/work.js';
import proactiveDailyReview from './proactive-daily-review/work.js';
import roadmapProposalGenerator from './roadmap-proposal-generator/work.js';
import snapshotGenerator from './snapshot-generator/work.js';
import ticketConflictScanner from './ticket-conflict-scanner/work.js';
import todayCheckinProcessor from './today-checkin-processor/work.js';

export const works: readonly AnyWork[] = [
  chatMemoryReviewer,
  docsMemoryReviewer,
  operatingPulse,
  proactiveDailyReview,
  roadmapProposalGenerator,
  snapshotGenerator,
  ticketConflictScanner,
  todayCheckinProcessor,
];
