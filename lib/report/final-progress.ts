import type { RunProgress } from './progress.ts';
import type { RunReport } from './run-report.ts';

/** How far a run was when it ended, by its report: what is not done then failed, or waited for what failed. */
export function finalProgress({ operations, plan, startedAt, endedAt, deadlineAt }: RunReport): RunProgress {
  return {
    operations: operations.map(({ id, shardCount, committedCount }) => ({
      id,
      total: shardCount,
      done: committedCount,
      running: 0,
      failed: shardCount - committedCount,
    })),
    elapsedMs: endedAt - startedAt,
    expectedMs: plan.expectedEndAt - startedAt,
    deadlineMs: deadlineAt - startedAt,
  };
}
