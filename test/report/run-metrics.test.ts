import { describe, expect, it } from 'vitest';
import { runMetrics } from '../../lib/report/run-metrics.ts';
import { runSummary } from '../../lib/report/run-summary.ts';
import { runReport } from '../fixtures/run-report.ts';

const report = runReport();

describe('runMetrics', () => {
  it('counts a run as in time or not, and measures it by its deadline and its forecast', () => {
    const late = { ...report, startedAt: 1_000, endedAt: 4_000, deadlineAt: 3_000, outcome: 'missed' as const };
    expect(runMetrics(late)).toMatchObject({
      run: report.run,
      workflow: 'flights',
      outcome: 'missed',
      deadlineMet: 0,
      deadlineUsedShare: 1.5,
      poisonedCount: report.poisoned.length,
      costUsd: report.cost.totalUsd,
      reshardCount: report.decisions.filter(({ taken }) => taken).length,
      _aws: { Timestamp: 4_000 },
    });
    expect(runMetrics({ ...late, outcome: 'met' }).deadlineMet).toBe(1);
    const predicted = report.operations.reduce((sum, { predictedMs }) => sum + predictedMs.point, 0);
    const operations = report.operations.map((one) => ({ ...one, actualMs: 2 * one.predictedMs.point }));
    expect(predicted).toBeGreaterThan(0);
    expect(runMetrics({ ...report, operations }).forecastRatio).toBeCloseTo(2, 10);
  });

  it('leaves out what cannot be measured, because CloudWatch would drop the whole line', () => {
    const { forecastRatio, deadlineMet, _aws } = runMetrics({ ...report, operations: [] });
    expect(forecastRatio).toBeUndefined();
    expect(deadlineMet).toBeDefined();
    const names = _aws.CloudWatchMetrics[0]?.Metrics.map(({ Name }) => Name);
    expect(names).not.toContain('forecastRatio');
    expect(names).toHaveLength(6);
  });
});

describe('runSummary', () => {
  it('says in a few lines how a run ended, and where its report lies', () => {
    const summary = runSummary(report);
    expect(summary).toMatchObject({
      run: report.run,
      outcome: 'incomplete',
      deadlineAt: new Date(report.deadlineAt).toISOString(),
      report: `runs/${report.run}/report.json`,
    });
    expect(summary.shards.committed).toBeGreaterThan(summary.shards.poisoned);
    expect(JSON.stringify(summary).length).toBeLessThan(1_000);
  });
});
