import type { AgentDefinition } from './contract/agent.js';
import { OWN_QUESTION } from './contract/work.js';

/** The flow of every agent that a person made: one model call with the instructions and schema of its version. */
export const customFlow: AgentDefinition['flow'] = async ({ run, work }) => {
  const { answer } = await run.step('answer', () => work.ask(OWN_QUESTION));
  return { partly: {}, kept: { answer: answer?.key ?? '' } };
};
