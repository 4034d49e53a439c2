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

/** Where a search on a line has looked, in order. */
function looksOf(loss: (x: number) => number, start: number, evaluationsMax: number): readonly number[] {
  const looks: number[] = [];
  nelderMead(
    ([x = 0]) => {
      looks.push(x);
      return loss(x);
    },
    { start: [start], step: 1, evaluationsMax, tolerance: 0 },
  );
  return looks;
}

it('reflects by 1, expands by 2 and contracts by a half, as Nelder and Mead do', () => {
  // downhill: 1 over 0 gives 2, expanded 3; 3 over 1 gives 5, expanded 7
  expect(looksOf((x) => -x, 0, 5)).toEqual([0, 1, 2, 3, 5, 7]);
  // 2 over 1 gives 0, which expanding makes no better; then 1 over 0 gives -1, no better, and half of 1
  expect(looksOf(Math.abs, 1, 5)).toEqual([1, 2, 0, -1, -1, 0.5]);
});
