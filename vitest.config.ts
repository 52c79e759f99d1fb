import { defineConfig } from 'vitest/config';

export default defineConfig({
  oxc: { target: 'es2023' },
  test: {
    include: ['test/**/*.test.ts', ...(process.env.RECORD_HISTORIES ? ['test/replay/record.ts'] : [])],
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/count-reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
});
