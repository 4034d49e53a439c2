import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rollingOrigins } from '../../../lib/forecast/combine/rolling-origins.ts';
import { weightedMedianPath } from '../../../lib/forecast/combine/weighted-median-path.ts';

describe('weightedMedianPath', () => {
  it('is the plain median where all have the same say', () => {
    const paths = [
      [1, 9],
      [2, 7],
      [10, 8],
    ].map((path) => Float64Array.from(path));
    expect([...weightedMedianPath(paths, [1, 1, 1])]).toEqual([2, 8]);
    expect([...weightedMedianPath(paths.slice(0, 2), [1, 1])]).toEqual([1.5, 8]);
  });

  it('lies between the members, and follows one that has more than all the others', () => {
    const member = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(member, { minLength: 1, maxLength: 6 }), (drawn) => {
        const paths = drawn.map((path) => Float64Array.from(path));
        const even = weightedMedianPath(
          paths,
          paths.map(() => 1),
        );
        const led = weightedMedianPath(
          paths,
          paths.map((_, index) => (index === 0 ? 1e9 : 1)),
        );
        for (const [step, value] of even.entries()) {
          const values = paths.map((path) => path[step] ?? 0);
          expect(value).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9);
          expect(value).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
          // The others have 1e-8 of the weight: they move it by no more than that of 200.
          expect(Math.abs((led[step] ?? 0) - (values[0] ?? 0))).toBeLessThan(1e-5);
        }
      }),
    );
  });

  it('is not moved by a member that explodes', () => {
    const calm = [1, 2, 3].map((value) => Float64Array.of(value));
    expect(weightedMedianPath([...calm, Float64Array.of(1e200)], [1, 1, 1, 1])[0]).toBe(2.5);
  });
});

describe('rollingOrigins', () => {
  it('judges after the training, shows before it, and never looks beyond the history', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.option(fc.integer({ min: 2, max: 300 }), { nil: undefined }),
        (count, season) => {
          const moments = rollingOrigins(count, season);
          if (moments === undefined) {
            expect(count).toBeLessThan(12);
            return;
          }
          const { trainingEnd, origins, earlierOrigins } = moments;
          expect(origins.length).toBeLessThanOrEqual(54);
          expect(Math.min(...origins)).toBe(trainingEnd);
          expect(Math.max(...origins)).toBeLessThan(count);
          for (const origin of earlierOrigins) expect(origin).toBeLessThan(trainingEnd);
          expect(trainingEnd).toBeGreaterThanOrEqual(0.65 * count);
        },
      ),
    );
  });
});
