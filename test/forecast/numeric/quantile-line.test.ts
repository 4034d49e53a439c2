import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quantileLine } from '../../../lib/forecast/numeric/quantile-line.ts';

function pinball(
  x: readonly number[],
  y: readonly number[],
  line: { intercept: number; slope: number },
  tau: number,
): number {
  return x.reduce((sum, at, index) => {
    const error = (y[index] ?? 0) - line.intercept - line.slope * at;
    return sum + (error >= 0 ? tau * error : (tau - 1) * error);
  }, 0);
}

/** The definition: some line through two of the points is optimal. */
function bestThroughTwoPoints(x: readonly number[], y: readonly number[], tau: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < x.length; i += 1) {
    for (let j = 0; j < x.length; j += 1) {
      const run = (x[j] ?? 0) - (x[i] ?? 0);
      const slope = run === 0 ? 0 : ((y[j] ?? 0) - (y[i] ?? 0)) / run;
      best = Math.min(best, pinball(x, y, { slope, intercept: (y[i] ?? 0) - slope * (x[i] ?? 0) }, tau));
    }
  }
  return best;
}

describe('quantileLine', () => {
  it('loses no more than the best line through two of the points, which is optimal by definition', () => {
    const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: -100, max: 100 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(points, fc.constantFrom(0.1, 0.5, 0.9), (pairs, tau) => {
        const x = pairs.map(([at]) => at);
        const y = pairs.map(([, value]) => value);
        const loss = pinball(x, y, quantileLine(x, y, tau), tau);
        // The search ends within 1e-10 of its bracket (at most 200 wide, 12 points at most 50 away).
        expect(loss).toBeLessThanOrEqual(bestThroughTwoPoints(x, y, tau) + 1e-6);
      }),
    );
  });

  it('finds an exact line', () => {
    const line = quantileLine([1, 2, 5, 9], [5, 7, 13, 21], 0.5);
    expect(line.slope).toBeCloseTo(2, 8);
    expect(line.intercept).toBeCloseTo(3, 8);
  });

  it('takes values of x for one place where the slope between them would be beyond all numbers', () => {
    expect(quantileLine([0, 5e-324, 0], [1, 2, 30], 0.5)).toEqual({ slope: 0, intercept: 2 });
  });

  it('is flat where all sizes are the same', () => {
    expect(quantileLine([4, 4, 4], [1, 2, 30], 0.5)).toEqual({ slope: 0, intercept: 2 });
  });
});
