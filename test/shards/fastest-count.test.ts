import { describe, expect, it } from 'vitest';
import { durationCurve } from '../../lib/shards/duration-curve.ts';
import { fastestCount } from '../../lib/shards/fastest-count.ts';
import { SHARED_VARIANCE } from '../../lib/shards/shard-spread.ts';
import { spreadQuantile } from '../../lib/shards/spread-quantile.ts';
import { certainEstimate } from './graphs.ts';

const SLOTS = 8;
const limits = { floor: 1, cap: 6 * SLOTS, slotMax: SLOTS, largestShare: (count: number) => 1 / count };

function countFor(sigma: number, lastShardCount?: number, fixedMs = 200): number {
  const estimate = {
    ...certainEstimate,
    workMs: 40_000,
    fixedMs,
    perShardMs: 10,
    sigma,
    ...(lastShardCount && { lastShardCount }),
  };
  const spread = { sigma, sharedVariance: SHARED_VARIANCE, stragglerShare: 0, speculation: false };
  return fastestCount(
    durationCurve(estimate, limits, spreadQuantile(spread, { level: 0.95, caution: 1 })),
    estimate,
    SLOTS,
  );
}

describe('fastestCount', () => {
  it('takes one shard a slot when run times are certain, many small ones when they are not', () => {
    expect(countFor(0)).toBe(SLOTS);
    expect(countFor(0.8)).toBeGreaterThan(2 * SLOTS);
  });

  it('stays with what the last run had while the two are as good as each other', () => {
    const sigmas = Array.from({ length: 100 }, (_, step) => step / 100);
    const many = countFor(0.8);
    const undecided = sigmas.filter((sigma) => countFor(sigma, SLOTS) !== countFor(sigma, many));
    expect(undecided.length).toBeGreaterThan(3);
    // however the spread moves among those, the kind of cut stays
    for (const sigma of undecided) {
      expect(countFor(sigma, SLOTS)).toBe(SLOTS);
      expect(countFor(sigma, many)).toBeGreaterThan(2 * SLOTS);
    }
  });

  it('moves little when an estimate does', () => {
    for (const sigma of [0.3, 0.5, 0.8]) {
      const counts = [150, 180, 200, 220, 250].map((fixedMs) => countFor(sigma, 40, fixedMs));
      expect(Math.max(...counts) / Math.min(...counts)).toBeLessThan(1.5);
    }
  });

  it('cuts no finer than pays', () => {
    expect(countFor(0.8, undefined, 20_000)).toBeLessThanOrEqual(4);
  });
});
