import { expect, it } from 'vitest';
import { nelderMead } from '../../../lib/forecast/numeric/nelder-mead.ts';

const OPTIONS = { start: [-1.2, 1], step: 0.5, evaluationsMax: 400, tolerance: 1e-14 };

it("finds the bottom of Rosenbrock's valley", () => {
  const { at } = nelderMead(([x = 0, y = 0]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2, OPTIONS);
  expect(at[0]).toBeCloseTo(1, 4);
  expect(at[1]).toBeCloseTo(1, 4);
});

it('keeps out of what is forbidden', () => {
  const { at } = nelderMead(([x = 0, y = 0]) => (x < 0 ? Number.NaN : (x - 0.1) ** 2 + y ** 2), {
    ...OPTIONS,
    start: [1, 1],
  });
  expect(at[0]).toBeCloseTo(0.1, 3);
});

it('ends with its budget', () => {
  let count = 0;
  nelderMead(
    ([x = 0]) => {
      count += 1;
      return -x;
    },
    { ...OPTIONS, start: [0], evaluationsMax: 50 },
  );
  expect(count).toBeLessThan(60);
});
