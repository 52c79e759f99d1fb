import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

// Each registry lists the files of a folder, so that nobody has to: a new file needs no edit of a list.

/** One file in the folder is one agent. */
export function agentRegistry(root: string): string {
  return listOf(root, 'workflows/agents', {
    name: 'agents',
    type: 'AgentDefinition',
    from: '../contract/agent.js',
    isOne: () => true,
  });
}

/** What each agent reads and writes; the folder also holds what these share. */
export function workRegistry(root: string): string {
  return listOf(root, 'src/workspace/work', {
    name: 'works',
    type: 'AgentWork',
    from: './agent-work.js',
    isOne: (text) => text.includes('export default defineWork'),
  });
}

/** One file in the folder is one kind of suggestion; its name is that of the kind. */
export function kindRegistry(root: string): string {
  const files = filesOf(root, 'src/workspace/proposals/kinds');
  return `${header}import type { ProposalKind } from '../../../../workflows/contract/proposal.js';
import type { Kind } from '../kind.js';
${importsOf(files)}

export const kinds: Record<ProposalKind, Kind> = {
${files.map((file) => `  ${entryOf(file.replaceAll('-', '_'), nameOf(file))},`).join('\n')}
};
`;
}

const header = '// Made by `npm run gen` from the files in this folder.\n';

interface Listed {
  name: string;
  type: string;
  from: string;
  isOne(text: string): boolean;
}

function listOf(root: string, folder: string, { name, type, from, isOne }: Listed): string {
  const files = filesOf(root, folder).filter((file) =>
    isOne(readFileSync(join(root, folder, `${file}.ts`), 'utf8')),
  );
  return `${header}import type { ${type} } from '${from}';
${importsOf(files)}

export const ${name}: readonly ${type}[] = [
${files.map((file) => `  ${nameOf(file)},`).join('\n')}
];
`;
}

function filesOf(root: string, folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => basename(file, '.ts'))
    .sort();
}

const importsOf = (files: readonly string[]) =>
  files.map((file) => `import ${nameOf(file)} from './${file}.js';`).join('\n');

const entryOf = (key: string, name: string) => (key === name ? name : `${key}: ${name}`);

function nameOf(file: string): string {
  return file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
