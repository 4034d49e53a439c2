import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byCodeUnit } from '../../lib/core/by-code-unit.ts';
import { claimKey, rankText } from '../../lib/plan/rank-shards.ts';

const EVERY_DEADLINE = { min: 0, max: 4_000_000_000_000 };

describe('rankText', () => {
  it('sorts as its key does, for every moment', () => {
    const key = fc.integer({ min: -1_000_000_000, max: EVERY_DEADLINE.max });
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(byCodeUnit(rankText(a, 'x/1'), rankText(b, 'x/1'))).toBe(Math.sign(a - b));
      }),
    );
  });

  it('tells shards with one key apart', () => {
    expect(byCodeUnit(rankText(5, 'x/1'), rankText(5, 'x/2'))).toBe(-1);
  });
});

describe('claimKey', () => {
  it('is the latest start: deadlines across runs, the longest way first within one', () => {
    const run = { deadlineAt: 100_000, priority: 5, hopeless: false };
    expect(claimKey(9_000, run)).toBeLessThan(claimKey(2_000, run));
    expect(claimKey(2_000, { ...run, deadlineAt: 90_000 })).toBeLessThan(claimKey(9_000, run));
  });

  it('lets a higher priority go first, and a hopeless run last, at equal deadlines', () => {
    const run = { deadlineAt: 100_000, priority: 5, hopeless: false };
    expect(claimKey(0, { ...run, priority: 9 })).toBeLessThan(claimKey(0, run));
    expect(claimKey(0, { ...run, hopeless: true })).toBeGreaterThan(claimKey(0, { ...run, priority: 0 }));
  });

  it('starves nobody: behind any shard only those that came within a bounded time can push', () => {
    const anyRun = fc.record({
      deadlineAt: fc.integer(EVERY_DEADLINE),
      priority: fc.integer({ min: 0, max: 9 }),
      hopeless: fc.boolean(),
    });
    fc.assert(
      fc.property(anyRun, anyRun, fc.nat({ max: 3_600_000 }), (first, second, rankMs) => {
        const lateMs = 6 * 3_600_000 + 9 * 60_000 + rankMs;
        const later = { ...second, deadlineAt: first.deadlineAt + lateMs + 1 };
        expect(claimKey(rankMs, later)).toBeGreaterThan(claimKey(0, first) - 1);
      }),
    );
  });
});
