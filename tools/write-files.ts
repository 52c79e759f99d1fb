import { ApplicationFailure } from '@temporalio/activity';
import { z } from 'zod';
import { PostgresFileStore } from '../src/engine/runs/file.store.js';
import { storable } from '../workflows/contract/storable.js';
import { defineTool } from './tool.js';

/** These two files mirror the run itself: they are made when somebody reads them. */
const RESERVED = new Set(['run.json', 'events.jsonl']);

export default defineTool({
  name: 'writeFiles',
  purpose: 'Writes files of the run; the same path again replaces the file.',
  effect: 'write',
  input: z.strictObject({
    files: z.array(
      z.strictObject({ path: z.string(), content: z.string(), content_type: z.string().optional() }),
    ),
  }),
  output: z.null(),
  example: { files: [{ path: 'notes/example.md', content: '# An example\n' }] },
  async use({ db }, run_id, { files }) {
    for (const { path } of files) checkPath(path);
    const kept = files.map((file) => ({ ...file, content: storable(file.content) }));
    await new PostgresFileStore(db).write(run_id, kept);
    return null;
  },
});

/** A path stays inside the run's files: plain names, no `..`, no leading slash. */
function checkPath(path: string): void {
  const plain = /^[\w][\w.@ -]*(\/[\w][\w.@ -]*)*$/.test(path) && path.length <= 200 && !path.includes('..');
  if (plain && !RESERVED.has(path)) return;
  throw ApplicationFailure.nonRetryable(
    `${JSON.stringify(path)} cannot be the path of a run's file`,
    'agent_defect',
  );
}
