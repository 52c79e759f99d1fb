// Made by `npm run gen` from the files in this folder.
import type { AgentDefinition } from '../contract/agent.js';
import chatMemoryReviewer from './chat-memory-reviewer.js';
import docsMemoryReviewer from './docs-memory-reviewer.js';
import operatingPulse from './operating-pulse.js';
import proactiveDailyReview from './proactive-daily-review.js';
import reindex from './reindex.js';
import roadmapProposalGenerator from './roadmap-proposal-generator.js';
import selfCheck from './self-check.js';
import snapshotGenerator from './snapshot-generator.js';
import ticketConflictScanner from './ticket-conflict-scanner.js';
import todayCheckinProcessor from './today-checkin-processor.js';

export const agents: readonly AgentDefinition[] = [
  chatMemoryReviewer,
  docsMemoryReviewer,
  operatingPulse,
  proactiveDailyReview,
  reindex,
  roadmapProposalGenerator,
  selfCheck,
  snapshotGenerator,
  ticketConflictScanner,
  todayCheckinProcessor,
];
