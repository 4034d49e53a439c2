import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/core/random.ts';
import { standardNormal } from '../../../lib/core/standard-normal.ts';
import {
  AdaptiveState,
  afterOutcome,
  afterOutcomes,
  askedLevel,
  startAdaptive,
} from '../../../lib/forecast/intervals/adaptive-level.ts';
import { conformalQuantile } from '../../../lib/forecast/intervals/conformal-quantile.ts';
import { intervalModel } from '../../../lib/forecast/intervals/interval-model.ts';
import { isotonic } from '../../../lib/forecast/numeric/isotonic.ts';

describe('conformalQuantile', () => {
  it('is the k-th smallest for k = ⌈share (n + 1)⌉, and grows with the share beyond the largest', () => {
    const sorted = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(conformalQuantile(sorted, 0.5)).toBe(5);
    expect(conformalQuantile(sorted, 0.9)).toBe(9);
    expect(conformalQuantile(sorted, 0.99)).toBeCloseTo(18, 9); // ln 0.01 / ln 0.1 = 2
  });
});

describe('isotonic', () => {
  it('never falls, keeps the mean, and leaves alone what does not fall', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 30 }),
        (drawn) => {
          const values = Float64Array.from(drawn);
          const fitted = isotonic(
            values,
            values.map(() => 1),
          );
          for (let at = 1; at < fitted.length; at += 1)
            expect(fitted[at]).toBeGreaterThanOrEqual((fitted[at - 1] ?? 0) - 1e-9);
          const sum = (all: Float64Array) => all.reduce((total, value) => total + value, 0);
          expect(Math.abs(sum(fitted) - sum(values))).toBeLessThan(1e-9 * 100 * values.length);
          const ordered = values.toSorted();
          expect(
            isotonic(
              ordered,
              ordered.map(() => 1),
            ),
          ).toEqual(ordered);
        },
      ),
    );
  });
});

describe('intervalModel', () => {
  it('widens with the distance and at the hard hours as the errors did', () => {
    const random = seededRandom(2);
    const errors = Array.from({ length: 20_000 }, (_, index) => {
      const [ahead, place] = [index % 10, Math.floor(index / 10) % 24];
      return { ahead, place, error: (1 + ahead) * (place < 12 ? 1 : 3) * standardNormal(random) };
    });
    const path = new Float64Array(10).fill(1_000);
    const widthsFrom = (firstPlace: number) =>
      intervalModel(errors, { season: 24, smallest: 1e-9 })
        .intervals(path, { level: 0.9, firstPlace, nonNegative: true })
        .map(({ lower, upper }) => upper - lower);
    const [easy, hard] = [widthsFrom(0), widthsFrom(12)];
    // A scale from 2,000 errors each is right to 2 %; the prior of 100 takes some of the factor of 3.
    expect(Math.abs((easy[9] ?? 0) / (easy[0] ?? 1) / 10 - 1)).toBeLessThan(0.2);
    expect((hard[0] ?? 0) / (easy[0] ?? 1)).toBeGreaterThan(2.3);
    expect((hard[0] ?? 0) / (easy[0] ?? 1)).toBeLessThan(3.3);
  });
});

describe('adaptive level', () => {
  it('covers as often as promised even where the intervals are half as wide as they should be', () => {
    const random = seededRandom(8);
    let state = startAdaptive(0.9);
    for (let step = 0; step < 5_000; step += 1) {
      // A wrong model: its half width is that of a normal with half the spread.
      const half = -0.5 * Math.log((1 - askedLevel(state)) / 2);
      state = afterOutcome(
        state,
        { point: 0, lower: -half, upper: half, level: askedLevel(state) },
        1.2 * standardNormal(random),
      );
    }
    // The bound of Gibbs and Candès for this step and length: (1 + step) / (step * n) = 0.0102.
    expect(Math.abs(state.missedCount / state.seenCount - 0.1)).toBeLessThan(0.0103);
    expect(AdaptiveState.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it('covers 93 % of 150 outcomes at a level of 95 %, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })), {
          minLength: 150,
          maxLength: 150,
        }),
        (hardness) => {
          let state = startAdaptive(0.95);
          for (const hard of hardness) {
            const level = askedLevel(state);
            // An interval as wide as it gets covers everything; others what is no harder than their level.
            const covers = level > 1 - 1e-5 || hard <= level;
            state = afterOutcome(state, { point: 0, lower: -1, upper: 1, level }, covers ? 0 : 2);
          }
          expect(state.missedCount).toBeLessThanOrEqual(0.07 * 150);
        },
      ),
    );
  });

  it('keeps the misses of whole runs near what was promised, whatever those with room for misses do', () => {
    const run = fc.record({
      seenCount: fc.integer({ min: 0, max: 50 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(run, { maxLength: 200 }), (runs) => {
        let state = startAdaptive(0.95);
        let excess = 0;
        for (const { seenCount, share } of runs) {
          // An interval as wide as it gets covers everything.
          const missedCount = askedLevel(state) > 1 - 1e-5 ? 0 : Math.round(share * seenCount);
          state = afterOutcomes(state, { seenCount, missedCount });
          if (seenCount > 0) excess += Math.min(seenCount, 4) * (missedCount / seenCount - 0.05);
        }
        // (promised + largest stride) / step.
        expect(excess).toBeLessThanOrEqual((0.05 + 0.12) / 0.03 + 1e-9);
      }),
    );
  });

  it('learns nothing of nothing, of one outcome what one teaches, and of a thousand no more than of four', () => {
    const state = startAdaptive(0.9);
    expect(afterOutcomes(state, { seenCount: 0, missedCount: 0 })).toEqual(state);
    const missed = afterOutcome(state, { point: 0, lower: -1, upper: 1, level: 0.9 }, 2);
    expect(afterOutcomes(state, { seenCount: 1, missedCount: 1 })).toEqual(missed);
    const asked = (count: number) => afterOutcomes(state, { seenCount: count, missedCount: count / 4 }).askedMiss;
    expect(asked(1_000)).toBe(asked(4));
    expect(asked(4)).toBeCloseTo(0.1 + 4 * 0.03 * (0.1 - 0.25), 12);
  });
});
