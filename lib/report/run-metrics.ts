import { type SummaryEmf, summaryEmf } from '../profile/summary-emf.ts';
import type { RunReport } from './run-report.ts';

type Reported = Pick<
  RunReport,
  | 'run'
  | 'workflow'
  | 'outcome'
  | 'startedAt'
  | 'endedAt'
  | 'deadlineAt'
  | 'operations'
  | 'accuracy'
  | 'decisions'
  | 'poisoned'
  | 'cost'
>;

/**
 * How a run ended, as metrics over all runs: the mean of `deadlineMet` is the share that was in time, and the count of
 * its samples the number of runs.
 */
export function runMetrics(report: Reported): SummaryEmf {
  const { run, workflow, outcome, startedAt, endedAt, deadlineAt, operations, accuracy } = report;
  const sum = (of: (operation: RunReport['operations'][number]) => number) =>
    operations.reduce((total, operation) => total + of(operation), 0);
  const count = (value: number) => ({ unit: 'Count' as const, value });
  const ratio = (value: number) => ({ unit: 'None' as const, value });
  return summaryEmf({
    at: endedAt,
    dimensions: {},
    fields: { run, workflow, outcome },
    metrics: {
      deadlineMet: count(outcome === 'met' ? 1 : 0),
      deadlineUsedShare: ratio((endedAt - startedAt) / (deadlineAt - startedAt)),
      forecastRatio: ratio(sum(({ actualMs }) => actualMs) / sum(({ predictedMs }) => predictedMs.point)),
      forecastCoverage: ratio(accuracy.coverage),
      reshardCount: count(report.decisions.filter(({ taken }) => taken).length),
      poisonedCount: count(report.poisoned.length),
      costUsd: ratio(report.cost.totalUsd),
    },
  });
}
