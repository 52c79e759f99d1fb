import { execFile } from 'node:child_process';
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { root } from '../../stack/root.js';
import { useStack } from '../support/stack.js';
import { temporaryHome } from '../support/temporary-home.js';

/** The guide's own commands and program, run against the API as the guide says. */
const used = useStack();
const guide = readFileSync(join(root, 'docs/guides/generate-a-client.md'), 'utf8');
const program = /```ts\n(.*?)```/s.exec(guide)?.[1] ?? '';
const [generate = '', check = '', call = ''] = guide.match(/^(?:npx|node) .+$/gm) ?? [];

const home = temporaryHome();
const modules = join(root, 'node_modules');
symlinkSync(modules, join(home, 'node_modules'));
writeFileSync(join(home, 'package.json'), '{"type":"module"}');
afterAll(() => rmSync(home, { recursive: true }));

/** Returns the output of the command, and throws it if the command fails. */
async function run(command: string): Promise<string> {
  const env = {
    HOME: home,
    PATH: `${join(modules, '.bin')}:${process.env.PATH}`,
    NIGHTSHIFT_URL: used.url,
    NIGHTSHIFT_API_KEY: used.stack.tenant.api_key,
  };
  const { stdout } = await promisify(execFile)('sh', ['-ec', command], { cwd: home, env });
  return stdout;
}

const write = (code: string) => writeFileSync(join(home, 'client.ts'), code);

test("the guide's program fits the types that the guide generates, and works", async () => {
  await run(generate);
  write(program);
  await run(check);
  const lines = (await run(call)).trim().split('\n');
  expect(lines).toEqual(['self_check completed', expect.stringMatching(/^.+: 0 proposals wait$/)]);
}, 120_000);

test.each([
  ['a field', "{ agent: 'self_check'", "{ agnet: 'self_check'"],
  ['a path', "'/api/projects/{id}/inbox'", "'/api/projects/{id}/outbox'"],
  ['a property of an answer', '.proposals.length', '.suggestions.length'],
])(
  '%s that does not exist is refused by the types',
  async (_, right, wrong) => {
    expect(program).toContain(right);
    write(program.replace(right, wrong));
    await expect(run(check)).rejects.toThrow(
      expect.objectContaining({ stdout: expect.stringContaining('client.ts') }),
    );
  },
  120_000,
);
