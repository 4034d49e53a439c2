import { documentLocation } from '../run/run-document.ts';
import type { RunReport } from './run-report.ts';

/** What an execution ends with, for whoever looks at it in the console. */
export interface RunSummary {
  readonly run: string;
  readonly workflow: string;
  readonly outcome: RunReport['outcome'];
  /** As the clock says it: `2026-11-24T06:30:00.000Z`. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly deadlineAt: string;
  readonly shards: { readonly committed: number; readonly poisoned: number };
  readonly costUsd: number;
  /** Where the report lies in the bucket. */
  readonly report: string;
  /** What went wrong after the run had ended. */
  readonly warning?: string;
}

/** A few lines of a report; the outputs may be too many for an execution's output, and stand in the report. */
export function runSummary(report: RunReport, warning?: string): RunSummary {
  const moment = (at: number) => new Date(at).toISOString();
  const committed = report.operations.reduce((sum, { committedCount }) => sum + committedCount, 0);
  return {
    run: report.run,
    workflow: report.workflow,
    outcome: report.outcome,
    startedAt: moment(report.startedAt),
    endedAt: moment(report.endedAt),
    deadlineAt: moment(report.deadlineAt),
    shards: { committed, poisoned: report.poisoned.length },
    costUsd: report.cost.totalUsd,
    report: documentLocation(report.run, 'report'),
    ...(warning !== undefined && { warning }),
  };
}
