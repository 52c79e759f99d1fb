// Made by `npm run gen` from the files in this folder.
import type { AgentDefinition } from '../workflows/contract/agent.js';
import chatMemoryReviewer from './chat-memory-reviewer/agent.js';
import docsMemoryReviewer from './docs-memory-reviewer/agent.js';
import operatingPulse from './operating-pulse/agent.js';
import proactiveDailyReview from './proactive-daily-review/agent.js';
import reindex from './reindex/agent.js';
import roadmapProposalGenerator from './roadmap-proposal-generator/agent.js';
import selfCheck from './self-check/agent.js';
import snapshotGenerator from './snapshot-generator/agent.js';
import ticketConflictScanner from './ticket-conflict-scanner/agent.js';
import todayCheckinProcessor from './today-checkin-processor/agent.js';

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
