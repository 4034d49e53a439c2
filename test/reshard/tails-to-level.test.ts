import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tailsToLevel } from '../../lib/reshard/tails-to-level.ts';

const longest = (restsMs: readonly number[], counts: readonly number[], overheadMs: number) =>
  Math.max(...restsMs.map((rest, at) => (rest + (counts[at] ?? 0) * overheadMs) / ((counts[at] ?? 0) + 1)));

describe('tailsToLevel', () => {
  it('cuts several that are equally slow together, or none', () => {
    const terms = { overheadMs: 0, tailCount: 2 };
    expect(tailsToLevel([60, 60, 10], terms)).toEqual([1, 1, 0]);
    expect(tailsToLevel([60, 60, 10], { ...terms, tailCount: 1 })).toEqual([0, 0, 0]);
    expect(tailsToLevel([90, 40, 10], { ...terms, tailCount: 3 })).toEqual([2, 1, 0]);
  });

  it('is the best way to share the tails out: no other one has a shorter longest part', () => {
    const scenes = fc.record({
      restsMs: fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 3 }),
      tailCount: fc.integer({ min: 0, max: 5 }),
      overheadMs: fc.integer({ min: 0, max: 300 }),
    });
    fc.assert(
      fc.property(scenes, ({ restsMs, tailCount, overheadMs }) => {
        const counts = tailsToLevel(restsMs, { overheadMs, tailCount });
        expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(tailCount);
        const best = Math.min(...shares(restsMs.length, tailCount).map((one) => longest(restsMs, one, overheadMs)));
        // found by halving
        expect(longest(restsMs, counts, overheadMs)).toBeLessThanOrEqual(best + 0.01);
      }),
    );
  });
});

/** Every way to give up to so many tails to so many shards. */
function shares(shardCount: number, tailCount: number): readonly (readonly number[])[] {
  if (shardCount === 0) return [[]];
  return Array.from({ length: tailCount + 1 }, (_, first) => first).flatMap((first) =>
    shares(shardCount - 1, tailCount - first).map((rest) => [first, ...rest]),
  );
}
