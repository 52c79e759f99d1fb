import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { agents } from '../../agents/index.js';
import { root } from '../../stack/root.js';
import type { AgentDefinition } from '../../workflows/contract/agent.js';
import type { World } from './world.js';

/** An agent of the registry, with the world that it is tried in. */
export interface Subject extends World {
  agent: AgentDefinition;
  key: string;
}

const fileOf = (key: string) => join(root, 'agents', key.replaceAll('_', '-'), 'world.ts');

/** An agent without a world cannot be tried: `example.test.ts` fails for it. */
export const worldless = agents.filter(({ key }) => !existsSync(fileOf(key))).map(({ key }) => key);

export const subjects: readonly Subject[] = await Promise.all(
  agents
    .filter(({ key }) => !worldless.includes(key))
    .map(async (agent) => {
      const world: { default: World } = await import(fileOf(agent.key));
      return { ...world.default, agent, key: agent.key };
    }),
);

/** The form that `test.each` names. */
export const named = subjects.map((subject) => [subject.key, subject] as const);
