// Made by `npm run gen` from the files in this folder.
import type { DayPart } from '../workflows/contract/day-part.js';
import operatingPulse from './operating-pulse/day-part.js';
import proactiveDailyReview from './proactive-daily-review/day-part.js';
import ticketConflictScanner from './ticket-conflict-scanner/day-part.js';

export const dayParts: readonly DayPart[] = [operatingPulse, proactiveDailyReview, ticketConflictScanner];
