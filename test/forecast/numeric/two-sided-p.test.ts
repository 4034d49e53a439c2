import { expect, it } from 'vitest';
import { twoSidedP } from '../../../lib/forecast/numeric/two-sided-p.ts';

// scipy 1.17.1: 2 * norm.sf(z)
it.each([
  [0, 1],
  [0.5, 0.6170750774519738],
  [1.999, 0.04560835386531776],
  [2, 0.04550026389635839],
  [6, 1.973175290075389e-9],
  [15, 7.341932398625397e-51],
])('is that of scipy at %d', (z, expected) => {
  expect(Math.abs(twoSidedP(z) / expected - 1)).toBeLessThan(1e-10);
  expect(twoSidedP(-z)).toBe(twoSidedP(z));
});
