/** The one file Temporal bundles: every workflow, and nothing else. */
export { agentRun } from './agent-run.js';
export { tick } from './tick.js';
