// Made by `npm run gen` from the files in this folder.
import type { AgentDefinition } from '../contract/agent.js';
import operatingPulse from './operating-pulse.js';
import proactiveDailyReview from './proactive-daily-review.js';
import selfCheck from './self-check.js';
import todayCheckinProcessor from './today-checkin-processor.js';

export const agents: readonly AgentDefinition[] = [
  operatingPulse,
  proactiveDailyReview,
  selfCheck,
  todayCheckinProcessor,
];
