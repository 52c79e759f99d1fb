import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

// Each registry is generated from the files of a folder, so that a new file needs no edit of a list.

/** One folder of `agents/` is one agent, which its `agent.ts` defines. */
export function agentRegistry(root: string): string {
  for (const folder of agentFolders(root)) {
    const key = folder.replaceAll('-', '_');
    mustSay(root, `agents/${folder}/agent.ts`, 'key', key);
    mustSay(root, `agents/${folder}/work.ts`, 'agent', key);
  }
  return listOf(agentsWith(root, 'agent.ts'), {
    list: 'agents',
    type: 'AgentDefinition',
    from: '../workflows/contract/agent.js',
  });
}

/** Lists the work of each agent. */
export function workRegistry(root: string): string {
  return listOf(agentsWith(root, 'work.ts'), {
    list: 'works',
    type: 'AnyWork',
    from: '../src/workspace/work/agent-work.js',
  });
}

/** Lists the parts that agents leave in a person's day. */
export function dayPartRegistry(root: string): string {
  const taken = new Map(SESSION_FIELDS.map((field) => [field, 'the session itself']));
  for (const file of agentsWith(root, 'day-part.ts')) {
    const [, name = ''] = /^ {2}name: '(\w+)',$/m.exec(read(root, `agents/${file}`)) ?? [];
    const other = name === '' ? undefined : taken.get(name);
    if (other) throw new Error(`agents/${file}: the name ${name} is taken by ${other}`);
    taken.set(name, `agents/${file}`);
  }
  return listOf(agentsWith(root, 'day-part.ts'), {
    list: 'dayParts',
    type: 'DayPart',
    from: '../workflows/contract/day-part.js',
  });
}

/** The addresses that agents add to the API. */
export function moduleRegistry(root: string): string {
  return listOf(agentsWith(root, 'api.module.ts'), {
    list: 'agentModules',
    type: 'Type',
    from: '@nestjs/common',
  });
}

/** One file of `tools/` is one tool. */
export function toolRegistry(root: string): string {
  const tools = toolsIn(root);
  const imports = [...importsOf(tools).split('\n'), `import type { AnyTool } from './tool.js';`];
  return `${header}${imports.sort((a, b) => (fileIn(a) < fileIn(b) ? -1 : 1)).join('\n')}

export const tools: readonly AnyTool[] = [
${tools.map(({ name }) => `  ${name},`).join('\n')}
];
`;
}

/** The tools as workflow code knows them: their names, their effects and their types, and nothing of what they do. */
export function toolDeclarations(root: string): string {
  const tools = toolsIn(root);
  return `${header}import type { ToolCall } from '../workflows/contract/tool.js';
${importsOf(tools).replaceAll('import ', 'import type ')}

export const TOOL_EFFECTS = {
${tools.map(({ name, effect }) => `  ${name}: '${effect}',`).join('\n')}
} as const;

export interface Tools {
${tools.map(({ name }) => `  ${name}: ToolCall<typeof ${name}>;`).join('\n')}
}
`;
}

const fileIn = (line: string) => line.slice(line.indexOf("'"));

function toolsIn(root: string) {
  return filesOf(root, 'tools')
    .filter((file) => file !== 'declared' && file !== 'tool')
    .map((file) => {
      const text = readFileSync(join(root, 'tools', `${file}.ts`), 'utf8');
      const [, effect = ''] = /^ {2}effect: '(\w+)',$/m.exec(text) ?? [];
      return { name: nameOf(file), file: `${file}.ts`, effect };
    });
}

/** One file in the folder is one kind of suggestion; its name is that of the kind. */
export function kindRegistry(root: string): string {
  const files = filesOf(root, 'src/workspace/proposals/kinds');
  return `${header}import type { ProposalKind } from '../../../../workflows/contract/proposal.js';
import type { Kind } from '../kind.js';
${importsOf(files.map((file) => ({ name: nameOf(file), file: `${file}.ts` })))}

export const kinds: Record<ProposalKind, Kind> = {
${files.map((file) => `  ${entryOf(file.replaceAll('-', '_'), nameOf(file))},`).join('\n')}
};
`;
}

/** The `search-source.ts` of a feature is one kind of thing that search finds. */
export function searchSourceRegistry(root: string): string {
  const features = globSync('*/search-source.ts', { cwd: join(root, 'src/workspace') })
    .map(dirname)
    .sort();
  return `// Made by \`npm run gen\` from the files \`search-source.ts\` of the workspace.
${features.map((feature) => `import ${nameOf(feature)} from '../${feature}/search-source.js';`).join('\n')}

export const searchSources = [${features.map(nameOf).join(', ')}] as const;
`;
}

/** Fields that a session has besides its parts. */
const SESSION_FIELDS = [
  'id',
  'organisation_id',
  'project_id',
  'user_id',
  'day',
  'plan',
  'parts',
  'updated_at',
];

const read = (root: string, path: string) => readFileSync(join(root, path), 'utf8');

/** A folder with another name than its agent would leave the agent without its work and its world. */
function mustSay(root: string, path: string, field: string, value: string): void {
  if (!existsSync(join(root, path))) return;
  const [, given] = new RegExp(`^ {2}${field}: '([^']*)',$`, 'm').exec(read(root, path)) ?? [];
  if (given !== value) throw new Error(`${path}: ${field} must be '${value}', as its folder is named`);
}

const agentFolders = (root: string) => agentsWith(root, 'agent.ts').map((file) => dirname(file));

const header = '// Made by `npm run gen` from the files in this folder.\n';

/** The formatter's line width. */
const LINE_WIDTH = 110;

interface Listed {
  list: string;
  type: string;
  from: string;
}

function listOf(files: readonly string[], { list, type, from }: Listed): string {
  const named = files.map((file) => ({ name: nameOf(dirname(file)), file }));
  const names = named.map(({ name }) => name);
  const start = `export const ${list}: readonly ${type}[] = [`;
  const line = `${start}${names.join(', ')}];`;
  const lines = [start, ...names.map((name) => `  ${name},`), '];'].join('\n');
  return `${header}import type { ${type} } from '${from}';
${importsOf(named)}

${line.length <= LINE_WIDTH ? line : lines}
`;
}

/** Returns paths within `agents/`. */
function agentsWith(root: string, file: string): string[] {
  return globSync(`*/${file}`, { cwd: join(root, 'agents') }).sort();
}

function filesOf(root: string, folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.ts') && file !== 'index.ts')
    .map((file) => basename(file, '.ts'))
    .sort();
}

const importsOf = (named: readonly { name: string; file: string }[]) =>
  named.map(({ name, file }) => `import ${name} from './${file.replace(/\.ts$/, '.js')}';`).join('\n');

const entryOf = (key: string, name: string) => (key === name ? name : `${key}: ${name}`);

function nameOf(file: string): string {
  return file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
