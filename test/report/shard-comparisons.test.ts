import { describe, expect, it } from 'vitest';
import { shardComparisons, wasInside } from '../../lib/report/shard-comparisons.ts';
import { runReport } from '../fixtures/run-report.ts';

describe('shardComparisons', () => {
  const report = runReport();
  const comparisons = shardComparisons(report);

  it('compares committed attempts alone, each with the forecast of its own shard', () => {
    expect(comparisons.length).toBeGreaterThan(0);
    for (const { shard, predicted, actualMs } of comparisons) {
      const attempt = report.attempts.find((one) => one.shard === shard && one.outcome === 'committed');
      const need = report.forecast.shards.find((one) => one.shard === shard)?.need;
      expect({ predicted, actualMs }).toEqual({ predicted: need?.durationMs, actualMs: attempt?.durationMs });
    }
  });

  it('leaves out a shard that was cut: its forecast was for all of it', () => {
    const cut = report.attempts.filter(({ shard }) => shard.includes('.')).map(({ shard }) => shard.split('.')[0]);
    expect(cut.length).toBeGreaterThan(0);
    expect(comparisons.filter(({ shard }) => cut.includes(shard))).toEqual([]);
  });

  it('counts the ends of an interval as inside', () => {
    const predicted = { point: 2, lower: 1, upper: 3, level: 0.9 };
    const at = (actualMs: number) => wasInside({ shard: 'a/0', operation: 'a', startedAt: 0, predicted, actualMs });
    expect([0.9, 1, 3, 3.1].map(at)).toEqual([false, true, true, false]);
  });
});
