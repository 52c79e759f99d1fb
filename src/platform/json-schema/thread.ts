import { parentPort } from 'node:worker_threads';
import type { Checked } from '../../../activities/model/own-schema.js';
import { checkValue } from './check.js';
import type { JsonSchema } from './compiled.js';
import { schemaProblem } from './problem.js';

/** The tasks of the thread; it answers `check` with `Checked`, and `problem` with a text or null. */
export type Task =
  | { kind: 'check'; id: string; schema: JsonSchema; value: unknown }
  | { kind: 'problem'; schema: JsonSchema };

function answer(task: Task): Checked | string | null {
  if (task.kind === 'problem') return schemaProblem(task.schema);
  try {
    return checkValue(task.id, task.schema, task.value);
  } catch (error) {
    // The stack ends where a value nests deeper than its checker can follow.
    if (!(error instanceof RangeError)) throw error;
    return { verdict: 'refused', why: 'nests too deep to be checked' };
  }
}

parentPort?.on('message', (task: Task) => parentPort?.postMessage(answer(task)));
parentPort?.postMessage('ready');
