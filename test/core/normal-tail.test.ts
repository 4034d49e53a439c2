import { describe, expect, it } from 'vitest';
import { normalTail } from '../../lib/core/normal-tail.ts';

/** As the source promises, however far out. */
const RELATIVE_ERROR = 1.2e-7;

describe('normalTail', () => {
  // mpmath 1.3.0 with 40 digits: erfc(z / √2) / 2
  it.each([
    [0, 0.5],
    [1, 0.15865525393145705],
    [2, 0.02275013194817921],
    [3, 0.0013498980316300946],
    [5, 2.866515718791939e-7],
    [10, 7.619853024160525e-24],
    [-1, 0.8413447460685429],
    [-3, 0.9986501019683699],
  ])('of %d is %d', (z, expected) => {
    expect(Math.abs(normalTail(z) / expected - 1)).toBeLessThan(RELATIVE_ERROR);
  });
});
