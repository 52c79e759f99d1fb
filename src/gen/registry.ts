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

${list(files.map(nameOf))}
`;
}

const LINE_WIDTH = 110;

/** As the formatter writes it. */
function list(names: string[]): string {
  const begins = 'export const agents: readonly AgentDefinition[] = [';
  const line = `${begins}${names.join(', ')}];`;
  return line.length <= LINE_WIDTH ? line : `${begins}\n${names.map((name) => `  ${name},\n`).join('')}];`;
}

function nameOf(file: string): string {
  return file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
