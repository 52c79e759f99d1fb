import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../stack/root.js';

/** An activity imports nothing of src, so the one that digests a question does that itself. */
const ACTIVITY_WITH_DIGEST = 'activities/work/ask.ts';

const sources = globSync('{agents,src,activities,workflows}/**/*.ts', {
  cwd: root,
  exclude: ['src/platform/db/migrations/**', ACTIVITY_WITH_DIGEST],
}).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** One file does each of these for everybody: a second copy would follow other rules. */
test.each([
  ['asking for a run to be cancelled', /SET cancel_requested_at/, 'src/engine/runs/cancel-request.store.ts'],
  ['changing the status of a proposal', /UPDATE proposals/, 'src/workspace/proposals/proposal.store.ts'],
  ['saying at which version something is', /It is at (version )?\$\{/, 'src/platform/http/version.ts'],
  [
    'the cursor of the next page',
    /length === (\w+\.)?limit \?|=== (\w+\.)?limit \? cursorOf/,
    'src/platform/http/page.ts',
  ],
  ['a digest of a text', /createHash\('sha256'\)\s*\.update/, 'src/platform/digest.ts'],
  ['what a person may see', /user_id IS NULL OR|\} IS NULL OR/, 'src/platform/auth/visible.sql.ts'],
  ['leaving out internal messages', /'internal' IS DISTINCT FROM/, 'src/workspace/threads/message.sql.ts'],
])('%s is done in one file', (_, statement, file) => {
  expect(sources.length).toBeGreaterThan(300);
  expect(sources.filter(({ text }) => statement.test(text)).map(({ path }) => path)).toEqual([file]);
});
