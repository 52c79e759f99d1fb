// Made by `npm run gen` from the files in this folder.
import type { AgentWork } from './agent-work.js';
import chatMemoryReviewer from './chat-memory-reviewer.js';
import docsMemoryReviewer from './docs-memory-reviewer.js';
import operatingPulse from './operating-pulse.js';
import proactiveDailyReview from './proactive-daily-review.js';
import roadmapProposalGenerator from './roadmap-proposal-generator.js';
import snapshotGenerator from './snapshot-generator.js';
import ticketConflictScanner from './ticket-conflict-scanner.js';
import todayCheckinProcessor from './today-checkin-processor.js';

export const works: readonly AgentWork[] = [
  chatMemoryReviewer,
  docsMemoryReviewer,
  operatingPulse,
  proactiveDailyReview,
  roadmapProposalGenerator,
  snapshotGenerator,
  ticketConflictScanner,
  todayCheckinProcessor,
];
