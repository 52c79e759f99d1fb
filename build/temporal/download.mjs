import testing from '@temporalio/testing';

// node download.mjs <folder> <version>: leaves the server binary in the folder.
const [downloadDir, version] = process.argv.slice(2);
try {
  const environment = await testing.TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'cached-download', downloadDir, version: `v${version}` } },
  });
  await environment.teardown();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
