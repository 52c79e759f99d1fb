import { createModelActivities } from './model/index.js';
import type { ModelNeeds } from './model/needs.js';
import { createReports, type FactsStore } from './reports/facts.js';
import { createRetrieval, type RetrievalNeeds } from './retrieval/index-chunks.js';
import { createLifecycle, type LifecycleNeeds } from './runs/lifecycle.js';
import { createSelfCheck, type EffectStore } from './runs/self-check.js';
import { createWorkspace, type FileStore } from './runs/workspace.js';
import { createTick, type TickNeeds } from './schedules/tick.js';
import { createAsk } from './work/ask.js';
import { createWork, type WorkStore } from './work/index.js';

interface ActivityNeeds extends ModelNeeds, RetrievalNeeds, LifecycleNeeds, TickNeeds {
  effects: EffectStore;
  files: FileStore;
  work: WorkStore;
  facts: FactsStore;
}

/** Every side effect a workflow may ask for. */
export function createActivities(needs: ActivityNeeds) {
  return {
    ...createLifecycle(needs),
    ...createSelfCheck(needs),
    ...createWorkspace(needs),
    ...createWork(needs),
    ...createModelActivities(needs),
    ...createAsk(needs),
    ...createRetrieval(needs),
    ...createTick(needs),
    ...createReports(needs),
  };
}
