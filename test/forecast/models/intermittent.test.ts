import { describe, expect, it } from 'vitest';
import { intermittent } from '../../../lib/forecast/models/intermittent.ts';

const fitted = (values: readonly number[]) =>
  intermittent.fit({ values: Float64Array.from(values), trainingEnd: values.length, seasons: [] });
const nextOf = (values: readonly number[]) => fitted(values)?.forecast(values.length, 3) ?? new Float64Array();

/** A demand of `size` in every `period`-th step. */
const everyNth = (period: number, size: number) => (_: unknown, at: number) => (at % period === period - 1 ? size : 0);

describe('intermittent', () => {
  it('expects the size of a demand times its chance, in every step alike', () => {
    const path = nextOf(Array.from({ length: 400 }, everyNth(10, 50)));
    expect(new Set(path).size).toBe(1);
    // 50 in one step of ten; the weight that fits best lets the chance move by a tenth of itself
    expect(Math.abs((path[0] ?? 0) / 5 - 1)).toBeLessThan(0.15);
  });

  it('follows the size of demands, whatever their chance', () => {
    const growing = Array.from({ length: 400 }, (_, at) => everyNth(5, at < 200 ? 10 : 30)(_, at));
    const [next = 0] = nextOf(growing);
    expect(next).toBeGreaterThan(4);
    expect(next).toBeLessThan(8);
  });

  it('forgets what has gone out of use', () => {
    const used = Array.from({ length: 200 }, everyNth(4, 8));
    const [before = 0] = nextOf(used);
    const [after = 0] = nextOf([...used, ...new Array<number>(200).fill(0)]);
    expect(after).toBeLessThan(before / 10);
  });

  it('leaves demands that mostly are there, and amounts below 0, to other models', () => {
    expect(fitted(Array.from({ length: 40 }, (_, at) => (at % 5 < 3 ? 7 : 0)))).toBeUndefined();
    expect(fitted(Array.from({ length: 40 }, (_, at) => (at % 5 === 0 ? -7 : 0)))).toBeUndefined();
    expect(nextOf(Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? 7 : 0)))).toHaveLength(3);
  });
});
