import { describe, expect, it } from 'vitest';
import { calibrationCases } from '../../bench/data/calibration-cases.ts';
import { seededRandom } from '../../lib/core/random.ts';
import { type TradeOffPoint, tradeOff, undominated } from '../../lib/plan/trade-off.ts';

function point(expectedMs: number, costUsd: number): TradeOffPoint {
  return { expectedMs, costUsd, shardCount: 1 };
}

describe('tradeOff', () => {
  it('keeps what is cheaper than all that ends sooner, fastest first', () => {
    const points = [point(300, 2), point(100, 5), point(200, 6), point(300, 3), point(400, 2), point(100, 5.5)];
    expect(undominated(points)).toEqual([point(100, 5), point(300, 2)]);
  });

  it('leads from the fastest plan to the cheapest, and knows by when each is safe', () => {
    const [one] = calibrationCases(({ name, trust }) => name === 'stage, 24 slots' && trust === 'profile, 40 %');
    const points = one ? tradeOff(one.request, () => seededRandom(1)) : [];
    expect(points.length).toBeGreaterThan(3);
    for (const [index, { expectedMs, safeMs = 0, costUsd, shardCount }] of points.entries()) {
      expect(safeMs).toBeGreaterThan(expectedMs);
      const before = points[index - 1];
      if (!before) continue;
      expect(expectedMs).toBeGreaterThan(before.expectedMs);
      expect(costUsd).toBeLessThan(before.costUsd);
      expect(shardCount).toBeLessThan(before.shardCount);
    }
  });
});
