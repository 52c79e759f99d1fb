import type { TickReason } from '../../platform/db/entities/schedule.entity.js';

export const BACKGROUND_OFF: TickReason = {
  code: 'background_off',
  message: 'OPERATING_BACKGROUND_ENABLED was false: all scheduled background work was off.',
};

/**
 * The switch is noted a moment after it happened, so unanswered ticks from here on belong to the time when it was off.
 */
export function offFrom(off_since: Date): Date {
  return new Date(off_since.getTime() - 60_000);
}
