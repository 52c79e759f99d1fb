import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** One file in the folder is one agent; this lists them, so that nobody has to. */
export function agentRegistry(root: string): string {
  const files = readdirSync(join(root, 'workflows', 'agents'))
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => basename(file, '.ts'))
    .sort();
  const imports = files.map((file) => `import ${nameOf(file)} from './${file}.js';`);
  return `// Made by \`npm run gen\` from the files in this folder.
import type { AgentDefinition } from '../contract/agent.js';
${imports.join('\n')}

export const agents: readonly AgentDefinition[] = [
${files.map((file) => `  ${nameOf(file)},`).join('\n')}
];
`;
}

function nameOf(file: string): string {
  return file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
