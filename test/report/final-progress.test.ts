import { expect, it } from 'vitest';
import { finalProgress } from '../../lib/report/final-progress.ts';
import { runReport } from '../fixtures/run-report.ts';

it('counts what is not done at the end of a run as failed, and measures from its start', () => {
  const report = runReport();
  const [first, ...others] = report.operations;
  const { operations, elapsedMs, expectedMs, deadlineMs } = finalProgress({
    ...report,
    startedAt: 1_000,
    endedAt: 5_000,
    deadlineAt: 9_000,
    plan: { ...report.plan, expectedEndAt: 4_500 },
    operations: first ? [{ ...first, id: 'a', shardCount: 7, committedCount: 5 }, ...others] : [],
  });
  expect(operations).toHaveLength(report.operations.length);
  expect(operations[0]).toEqual({ id: 'a', total: 7, done: 5, running: 0, failed: 2 });
  expect({ elapsedMs, expectedMs, deadlineMs }).toEqual({ elapsedMs: 4_000, expectedMs: 3_500, deadlineMs: 8_000 });
});
