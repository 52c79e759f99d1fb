import { agents } from '../../workflows/agents/index.js';
import type { AgentDefinition } from '../../workflows/contract/agent.js';
import { AppError } from '../http/app-error.js';

export function findAgent(key: string): AgentDefinition {
  const agent = agents.find((candidate) => candidate.key === key);
  if (!agent) throw new AppError('agent_unknown', `There is no agent ${JSON.stringify(key.slice(0, 100))}.`);
  return agent;
}
