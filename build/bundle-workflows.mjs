import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { dist } from './paths.mjs';

// Makes dist/workflow-bundle.js; workflow code that imports Node's modules fails here.
try {
  const logger = new DefaultLogger('ERROR', ({ message }) => console.error(message));
  const workflowsPath = join(dist, 'workflows', 'index.js');
  // Agents are declarations without state, and evaluating them and zod anew for each workflow took a quarter of the
  // worker's time.
  const preloadModules = ['zod', join(dist, 'agents', 'index.js')];
  const failureConverterPath = join(dist, 'workflows', 'failure-converter.js');
  const options = { workflowsPath, preloadModules, failureConverterPath, logger };
  const { code } = await bundleWorkflowCode(options);
  const path = join(dist, 'workflow-bundle.js');
  writeFileSync(`${path}.new`, code);
  renameSync(`${path}.new`, path);
  // The bundle holds every agent and flow: two builds with the same digest run a workflow alike.
  writeFileSync(join(dist, 'build-id'), `${createHash('sha256').update(code).digest('hex').slice(0, 16)}\n`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
