import { createModelActivities, type ModelNeeds } from './model/index.js';
import { createLifecycle, type RunStore } from './runs/lifecycle.js';
import { createSelfCheck, type EffectStore } from './runs/self-check.js';
import { createWorkspace, type FileStore } from './runs/workspace.js';

export interface ActivityNeeds extends ModelNeeds {
  runs: RunStore;
  effects: EffectStore;
  files: FileStore;
  worker: string;
}

/** Every side effect a workflow may ask for. */
export function createActivities(needs: ActivityNeeds) {
  return {
    ...createLifecycle(needs),
    ...createSelfCheck(needs),
    ...createWorkspace(needs),
    ...createModelActivities(needs),
  };
}
