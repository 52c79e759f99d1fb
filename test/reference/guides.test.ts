import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { expect, onTestFinished, test } from 'vitest';
import { root } from '../../stack/root.js';
import { breachesOf } from '../support/statements.js';

/** The files that a guide has the reader write: each is the first that the text before its code names. */
function filesOf(page: string): Map<string, string> {
  const [first = '', ...parts] = readFileSync(join(root, page), 'utf8').split('```ts\n');
  let before = first;
  const files = new Map<string, string>();
  for (const part of parts) {
    const [code = '', after = ''] = part.split('```');
    const section = before.slice(Math.max(0, before.lastIndexOf('\n## ')));
    const [, path = ''] = /`([\w/.-]+\.ts)`/.exec(section) ?? [];
    files.set(join(root, path), code);
    before = after;
  }
  return files;
}

/** Returns TypeScript's errors for these files, as if they were in the tree. */
function faultsOf(files: ReadonlyMap<string, string>): string[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: () => undefined,
    },
  );
  const options = { ...config?.options, noEmit: true };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, directoryExists, getSourceFile } = host;
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.directoryExists = (path) =>
    [...files.keys()].some((file) => file.startsWith(`${path}/`)) || directoryExists?.(path) === true;
  host.getSourceFile = (path, version, ...more) => {
    const code = files.get(path);
    return code === undefined
      ? getSourceFile(path, version, ...more)
      : ts.createSourceFile(path, code, version);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((path) => {
    const source = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
  });
}

/** The rule of stores holds for the code of a guide, too. */
const breachesIn = (files: ReadonlyMap<string, string>) =>
  [...files].flatMap(([path, text]) => breachesOf({ path: path.slice(root.length + 1), text }));

test('the code of “Add a built-in agent” fits the product as it is', () => {
  const files = filesOf('docs/guides/add-an-agent.md');
  expect([...files.keys()].map((path) => path.slice(root.length + 1))).toEqual([
    'agents/stale-ticket-reporter/contract.ts',
    'agents/stale-ticket-reporter/agent.ts',
    'agents/stale-ticket-reporter/work.ts',
    'agents/stale-ticket-reporter/stale-tickets.store.ts',
    'agents/stale-ticket-reporter/day-part.ts',
    'agents/stale-ticket-reporter/world.ts',
  ]);
  expect(faultsOf(files)).toEqual([]);
  expect(breachesIn(files)).toEqual([]);
  const [, [flow = '', code = ''] = []] = [...files];
  expect(
    faultsOf(new Map([...files, [flow, code.replace("work.deliver('notes'", "work.deliver('note'")]])),
  ).toHaveLength(1);
}, 120_000);

test('the code of the guides passes the linter as it is written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-guides-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'));
  for (const page of ['docs/guides/add-an-agent.md', 'docs/guides/add-a-tool.md'])
    for (const [path, code] of filesOf(page)) {
      const target = join(folder, path.slice(root.length + 1));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, code);
    }
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const { status, stdout, stderr } = spawnSync(process.execPath, [biome, 'check', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(status, stdout + stderr).toBe(0);
});

test('the code of “Add a tool” fits the product as it is', () => {
  const files = filesOf('docs/guides/add-a-tool.md');
  expect([...files.keys()].map((path) => path.slice(root.length + 1))).toEqual([
    'tools/open-tickets.ts',
    'src/workspace/tickets/open-tickets.store.ts',
  ]);
  expect(faultsOf(files)).toEqual([]);
  const [[tool = '', code = ''] = []] = [...files];
  const wrong = new Map([...files, [tool, code.replace('({ open:', '({ shut:')]]);
  expect(faultsOf(wrong)).not.toEqual([]);
  expect(breachesIn(files)).toEqual([]);
}, 120_000);
