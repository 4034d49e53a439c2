import { describe, expect, it } from 'vitest';
import { adam } from '../../../lib/forecast/lstm/adam.ts';

const RATE = 0.01;

/** Where two parameters are after these gradients, one after the other. */
function moved(...gradients: readonly (readonly number[])[]): readonly number[] {
  const parameters = Float64Array.of(0, 0);
  const optimise = adam(2);
  for (const gradient of gradients) optimise(parameters, Float64Array.from(gradient), RATE);
  return [...parameters];
}

describe('adam', () => {
  it('steps by the rate at first, against the gradient, whatever its size', () => {
    const [down, up] = moved([1e-3, -100]);
    // Epsilon, 1e-8, beside a gradient that was shortened to about 1e-5: a thousandth.
    expect(down).toBeCloseTo(-RATE, 4);
    expect(up).toBeCloseTo(RATE, 4);
  });

  it.each([Number.POSITIVE_INFINITY, Number.NaN, 1e200])(
    'passes over a gradient of %s as if it had not come',
    (size) => {
      const [first, second] = [
        [0.3, -0.2],
        [0.1, 0.4],
      ] as const;
      expect(moved(first, [size, 1], second)).toEqual(moved(first, second));
    },
  );
});
