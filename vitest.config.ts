import { defineConfig } from 'vitest/config';

const inThisFolder = (path: string) => new URL(path, import.meta.url).pathname;

export default defineConfig({
  // as package.json exports them to others
  resolve: {
    alias: [
      { find: /^foreshard$/, replacement: inThisFolder('lib/foreshard.ts') },
      { find: /^foreshard\/contracts$/, replacement: inThisFolder('test/contracts/extension-contracts.ts') },
    ],
  },
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
