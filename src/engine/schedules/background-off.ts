import type { TickReason } from '../../platform/db/entities/schedule.entity.js';

export const BACKGROUND_OFF: TickReason = {
  code: 'background_off',
  message: 'OPERATING_BACKGROUND_ENABLED was false: all scheduled background work was off.',
};

/** It is noted a moment after it was switched off: unanswered ticks from here on belong to that time. */
export function offFrom(off_since: Date): Date {
  return new Date(off_since.getTime() - 60_000);
}
