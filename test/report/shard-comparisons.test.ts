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

  it('compares on one vCPU, as the forecast is made: parallel work on a larger tier took longer there', () => {
    const [attempt] = report.attempts.filter(({ outcome }) => outcome === 'committed');
    if (!attempt) throw new Error('the fixture has no committed attempt');
    const parallel = { ...attempt, memoryTierMiB: 3_538, durationMs: 1_000, cpuMs: 2_000, ioMs: 0 };
    expect(shardComparisons({ ...report, attempts: [parallel] })[0]?.actualMs).toBe(2_000);
  });

  it('counts the ends of an interval as inside', () => {
    const predicted = { point: 2, lower: 1, upper: 3, level: 0.9 };
    const at = (actualMs: number) => wasInside({ shard: 'a/0', operation: 'a', startedAt: 0, predicted, actualMs });
    expect([0.9, 1, 3, 3.1].map(at)).toEqual([false, true, true, false]);
  });
});
