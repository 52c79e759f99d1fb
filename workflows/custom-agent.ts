import type { AgentDefinition } from './contract/agent.js';

/** What every agent that a person made does: one model call, by the words and the schema of its version. */
export const customFlow: AgentDefinition['flow'] = async (run, input) => {
  const { output } = await run.step('answer', () =>
    run.respond({ key: 'answer', input: JSON.stringify(input), format: 'version' }),
  );
  return output;
};
