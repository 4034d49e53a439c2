import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // one plain line that a build server can count
    reporters: process.env['CI'] ? ['default', './test/tally-reporter.ts'] : ['default'],
  },
});
