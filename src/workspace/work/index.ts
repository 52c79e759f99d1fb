import type { AgentWork } from './agent-work.js';
import operatingPulse from './operating-pulse.js';
import todayCheckinProcessor from './today-checkin-processor.js';

/** What each agent reads and writes; a test holds this against the files of the folder. */
export const works: readonly AgentWork[] = [operatingPulse, todayCheckinProcessor];
