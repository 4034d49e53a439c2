import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitLags } from '../../../lib/forecast/numeric/fit-lags.ts';
import { addColumns, ridgeRegression } from '../../../lib/forecast/numeric/ridge-regression.ts';
import { solveCholesky } from '../../../lib/forecast/numeric/solve-cholesky.ts';

const number = fc.double({ min: -10, max: 10, noNaN: true });

describe('solveCholesky', () => {
  it('solves what it was given', () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 16, maxLength: 16 }),
        fc.array(number, { minLength: 4, maxLength: 4 }),
        (m, b) => {
          // M M' + I is positive definite.
          const a = Float64Array.from({ length: 16 }, (_, index) => {
            const [row, column] = [Math.floor(index / 4), index % 4];
            const product = [0, 1, 2, 3].reduce((sum, k) => sum + (m[row * 4 + k] ?? 0) * (m[column * 4 + k] ?? 0), 0);
            return product + (row === column ? 1 : 0);
          });
          const x = solveCholesky(a.slice(), Float64Array.from(b));
          for (let row = 0; row < 4; row += 1) {
            const left = x.reduce((sum, value, column) => sum + (a[row * 4 + column] ?? 0) * value, 0);
            // The condition is at most 1,600: 1e-16 times it, and some.
            expect(Math.abs(left - (b[row] ?? 0))).toBeLessThan(1e-9);
          }
        },
      ),
    );
  });

  it('drops a column that says what another says', () => {
    const x = solveCholesky(Float64Array.of(4, 4, 4, 4), Float64Array.of(8, 8));
    expect([...x]).toEqual([2, 0]);
  });
});

describe('ridgeRegression', () => {
  it('finds an exact relation, and shrinks it as far as the penalty says', () => {
    const targets = Float64Array.of(5, 7, 9, 11);
    const rows = Float64Array.of(1, 1, 1, 2, 1, 3, 1, 4);
    const equations = () => ({ gram: new Float64Array(4), moments: new Float64Array(2) });
    const [exact, shrunk] = [equations(), equations()];
    addColumns(exact, { rows, targets, first: 0 });
    addColumns(shrunk, { rows, targets, first: 0 });
    const [intercept = 0, slope = 0] = ridgeRegression(exact, 0);
    expect(intercept).toBeCloseTo(3, 10);
    expect(slope).toBeCloseTo(2, 10);
    // (X'X + 0.5 D) b = X'y by hand: [[4, 10], [10, 45]] b = [32, 90].
    const penalised = ridgeRegression(shrunk, 0.5);
    expect(penalised[1]).toBeCloseTo(0.5, 10);
    expect(penalised[0]).toBeCloseTo(6.75, 10);
  });
});

describe('fitLags', () => {
  it('finds the recursion that made a series', () => {
    const values = new Float64Array(60).fill(1);
    for (let t = 2; t < 60; t += 1) values[t] = 0.5 + 1.6 * (values[t - 1] ?? 0) - 0.9 * (values[t - 2] ?? 0);
    const [intercept = 0, first = 0, second = 0] = fitLags(values, [1, 2], 2);
    // The penalty of 1e-4 pulls the coefficients along the direction that the data tell least about: what they predict
    // stays within 1 % of the range, which is 4.
    for (let t = 2; t < 60; t += 1) {
      const predicted = intercept + first * (values[t - 1] ?? 0) + second * (values[t - 2] ?? 0);
      expect(Math.abs(predicted - (values[t] ?? 0))).toBeLessThan(0.04);
    }
  });
});
