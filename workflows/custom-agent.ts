import type { AgentDefinition } from './contract/agent.js';
import { OWN_QUESTION } from './contract/work.js';

/** What every agent that a person made does: one model call, by the words and the schema of its version. */
export const customFlow: AgentDefinition['flow'] = async ({ run, work }) => {
  const { answer } = await run.step('answer', () => work.ask(OWN_QUESTION));
  return { partly: {}, kept: { answer: answer?.key ?? '' } };
};
