import type { Reporter, TestModule } from 'vitest/node';

/**
 * Closes a run with `N passed, N failed, N skipped`, alone on its line.
 *
 * It is a default export because Vitest loads a reporter by it.
 */
// biome-ignore lint/style/noDefaultExport: see above
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tally = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) tally[test.result().state] += 1;
    }
    const brokenModules = modules.filter((module) => module.errors().length > 0).length;
    console.log(`${tally.passed} passed, ${tally.failed + brokenModules} failed, ${tally.skipped} skipped`);
  }
}
