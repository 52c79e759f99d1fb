// Runs the tests under the Node that runs this; arguments go on to vitest.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
process.argv.splice(2, 0, 'run');
await import('../node_modules/vitest/vitest.mjs');
