import { ApplicationFailure } from '@temporalio/activity';
import type { WorkspaceActivities, WorkspaceFile } from '../../workflows/contract/run.js';
import { storable } from '../../workflows/contract/storable.js';

export interface FileStore {
  write(run_id: string, files: WorkspaceFile[]): Promise<void>;
}

/** These mirror the run itself and are made when they are read. */
const RESERVED = new Set(['run.json', 'events.jsonl']);

export function createWorkspace({ files }: { files: FileStore }): WorkspaceActivities {
  return {
    async writeFiles({ run_id, files: given }) {
      for (const { path } of given) checkPath(path);
      await files.write(
        run_id,
        given.map((file) => ({ ...file, content: storable(file.content) })),
      );
    },
  };
}

/** A path stays inside the workspace: plain names, no `..`, no leading slash. */
function checkPath(path: string): void {
  const plain = /^[\w][\w.@ -]*(\/[\w][\w.@ -]*)*$/.test(path) && path.length <= 200 && !path.includes('..');
  if (!plain || RESERVED.has(path)) {
    throw ApplicationFailure.nonRetryable(
      `${JSON.stringify(path)} cannot be a workspace path`,
      'agent_defect',
    );
  }
}
