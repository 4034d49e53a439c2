import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // the handlers' logs are for CloudWatch
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
    // one plain line that a build server can count
    reporters: process.env.CI ? ['default', './test/tally-reporter.ts'] : ['default'],
  },
});
