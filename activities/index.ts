import { createModelActivities } from './model/index.js';
import type { ModelNeeds } from './model/needs.js';
import { createLifecycle, type LifecycleNeeds } from './runs/lifecycle.js';
import { createTick, type TickNeeds } from './schedules/tick.js';
import { createAsk } from './work/ask.js';
import { createWork, type WorkStore } from './work/index.js';

interface ActivityNeeds extends ModelNeeds, LifecycleNeeds, TickNeeds {
  work: WorkStore;
}

/** All side effects that a workflow may request, but for the tools. */
export function createActivities(needs: ActivityNeeds) {
  return {
    ...createLifecycle(needs),
    ...createWork(needs),
    ...createModelActivities(needs),
    ...createAsk(needs),
    ...createTick(needs),
  };
}
