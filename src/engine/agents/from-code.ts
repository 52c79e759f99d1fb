import { z } from 'zod';
import { agents } from '../../../agents/index.js';
import type { AgentDefinition } from '../../../workflows/contract/agent.js';
import type { VersionDefinition } from '../../../workflows/contract/version.js';

/** The agent as this build has it; undefined for custom ones, and for those of other builds. */
export function builtIn(key: string): AgentDefinition | undefined {
  return agents.find((agent) => agent.key === key);
}

/** The version that an agent's file comes to, as it is stored. */
export function versionFromCode(agent: AgentDefinition): VersionDefinition {
  const { input, output, instructions = '', model = 'reasoning', trigger, policy } = agent;
  const definition: VersionDefinition = {
    instructions,
    model,
    tools: [],
    input_schema: z.toJSONSchema(input, { io: 'input' }) as Record<string, unknown>,
    output_schema: z.toJSONSchema(output) as Record<string, unknown>,
    schedule: trigger?.schedule ?? { kind: 'manual' },
    audience: trigger?.audience ?? 'project',
    target: trigger?.target ?? null,
    priority: policy.priority,
    timeout_seconds: policy.timeout_seconds,
    retry: policy.retry,
    overlap: policy.overlap ?? 'skip_if_running',
  };
  return JSON.parse(JSON.stringify(definition));
}
