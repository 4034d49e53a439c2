import { describe, expect, it } from 'vitest';
import { rateChart } from '../../lib/report/rate-chart.ts';
import { runReport } from '../fixtures/run-report.ts';

describe('rateChart', () => {
  const report = runReport();

  it('draws a fan for each type, with a dot for each step in which shards started', () => {
    const markup = rateChart(report)?.markup ?? '';
    expect(markup.match(/<figure/g)).toHaveLength(report.forecast.types.length);
    const steps = new Set(
      report.attempts
        .filter(({ outcome }) => outcome === 'committed')
        .map(({ operation, startedAt }) => `${operation} ${Math.floor((startedAt - report.forecast.madeAt) / 2_000)}`),
    );
    expect(markup.match(/<circle/g)).toHaveLength(steps.size);
  });

  it('says nothing of a run that is shorter than a step', () => {
    const types = report.forecast.types.map((type) => ({ ...type, rate: type.rate.slice(0, 1) }));
    expect(rateChart({ ...report, forecast: { ...report.forecast, types } })).toBeUndefined();
  });
});
