import { heartbeat } from '@temporalio/activity';
import type { TickActivities, Ticked } from '../../workflows/contract/schedule.js';

export interface TickNeeds {
  ticks: { fire(cadence_id: string, scheduled_at: Date | null): Promise<Ticked> };
}

const ALIVE_EVERY_MS = 5000;

export function createTick({ ticks }: TickNeeds): TickActivities {
  return {
    async fireTick({ cadence_id, scheduled_at }) {
      const beat = setInterval(() => heartbeat(), ALIVE_EVERY_MS);
      try {
        return await ticks.fire(cadence_id, scheduled_at === null ? null : new Date(scheduled_at));
      } finally {
        clearInterval(beat);
      }
    },
  };
}
