import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { agentRegistry, dayPartRegistry } from '../../src/commands/gen/registry.js';

/** A tree with these files in it. */
function planted(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'nightshift-registry-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const agent = (key: string) => `export default defineAgent({\n  key: '${key}',\n});\n`;
const work = (key: string) => `export default defineWork({\n  agent: '${key}',\n});\n`;
const part = (name: string) => `export default defineDayPart({\n  name: '${name}',\n});\n`;

test('an agent and its work are named like their folder', () => {
  const right = { 'agents/a-b/agent.ts': agent('a_b'), 'agents/a-b/work.ts': work('a_b') };
  expect(agentRegistry(planted(right))).toContain("import aB from './a-b/agent.js';");
  expect(() => agentRegistry(planted({ ...right, 'agents/a-b/agent.ts': agent('a_c') }))).toThrow(
    "agents/a-b/agent.ts: key must be 'a_b'",
  );
  expect(() => agentRegistry(planted({ ...right, 'agents/a-b/work.ts': work('a_c') }))).toThrow(
    "agents/a-b/work.ts: agent must be 'a_b'",
  );
});

test('two parts of a day never have one name, nor that of a field of the session', () => {
  const one = { 'agents/a/day-part.ts': part('note') };
  expect(dayPartRegistry(planted(one))).toContain("import a from './a/day-part.js';");
  expect(() => dayPartRegistry(planted({ ...one, 'agents/b/day-part.ts': part('note') }))).toThrow(
    'agents/b/day-part.ts: the name note is taken by agents/a/day-part.ts',
  );
  expect(() => dayPartRegistry(planted({ ...one, 'agents/b/day-part.ts': part('plan') }))).toThrow(
    'agents/b/day-part.ts: the name plan is taken by the session itself',
  );
});
