import type { RunReport } from './run-report.ts';
import { countText } from './text/count-text.ts';
import { durationText } from './text/duration-text.ts';

/** The run in one sentence, for the headline of the report and the last line in a terminal. */
export function outcomeText(report: RunReport): string {
  const { startedAt, endedAt, deadlineAt } = report;
  const leftMs = deadlineAt - endedAt;
  switch (report.outcome) {
    case 'met':
      return `Met its deadline with ${durationText(leftMs)} to spare`;
    case 'missed':
      return `Missed its deadline by ${durationText(-leftMs)}`;
    case 'incomplete':
      return `Ended ${leftMs >= 0 ? `${durationText(leftMs)} before` : `${durationText(-leftMs)} after`} its deadline, ${missingText(report)}`;
    case 'aborted':
      return `Aborted after ${durationText(endedAt - startedAt)}, ${missingText(report)}`;
  }
}

function missingText({ operations }: RunReport): string {
  const shardCount = operations.reduce((sum, operation) => sum + operation.shardCount, 0);
  const committedCount = operations.reduce((sum, operation) => sum + operation.committedCount, 0);
  return `${countText(Math.max(0, shardCount - committedCount))} of ${countText(shardCount)} shards missing`;
}
