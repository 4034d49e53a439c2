import * as z from 'zod';
import { ForeshardError } from '../../core/foreshard-error.ts';
import type { DurationMs } from '../../core/quantity.ts';
import { gridStart } from './resolution.ts';

/** What was measured in one step of a grid; a step without a bucket is one in which nothing was measured. */
export const Bucket = z.strictObject({
  /** Start of the step. */
  at: z.number(),
  /** Values measured. */
  count: z.number().nonnegative(),
  sum: z.number(),
});
export type Bucket = z.infer<typeof Bucket>;

/**
 * Brings what was read now together with what is stored. A bucket that is read again replaces the one before, so
 * reading a time twice counts once, and what came late is taken in.
 *
 * @returns ascending, one bucket a step
 * @complexity O(n log n)
 */
export function mergeBuckets(stored: readonly Bucket[], read: readonly Bucket[]): readonly Bucket[] {
  return [...new Map([...stored, ...read].map((bucket) => [bucket.at, bucket])).values()].sort((a, b) => a.at - b.at);
}

/** Sums buckets into those of a coarser grid: no value is lost, none counts twice. */
export function coarserBuckets(buckets: readonly Bucket[], stepMs: DurationMs): readonly Bucket[] {
  const groups = Map.groupBy(buckets, ({ at }) => gridStart(at, stepMs));
  return [...groups]
    .map(([at, group]) => ({
      at,
      count: group.reduce((total, { count }) => total + count, 0),
      sum: group.reduce((total, { sum }) => total + sum, 0),
    }))
    .sort((a, b) => a.at - b.at);
}

/** Which value of a bucket a series has; where nothing was measured a mean is unknown, and a count or a sum is 0. */
export type Statistic = 'mean' | 'count' | 'sum';

/** Longest series that is laid out: a year and a half of five-minute steps. */
const STEPS_MAX = 160_000;

/**
 * Lays buckets out on their grid: one value a step from `from` to before `until`, `NaN` where nothing is known.
 *
 * @throws {ForeshardError} `InvalidInput` when that is more than 160,000 steps
 * @complexity O(n)
 */
export function gridValues(
  buckets: readonly Bucket[],
  { from, until, stepMs, statistic }: Grid & { readonly statistic: Statistic },
): readonly number[] {
  const stepCount = Math.max(0, Math.floor((until - from) / stepMs));
  if (!(stepCount <= STEPS_MAX)) {
    throw new ForeshardError(
      'InvalidInput',
      `a series of ${stepCount} steps is too long: at most ${STEPS_MAX}; take a coarser grid`,
    );
  }
  const values = new Array<number>(stepCount).fill(statistic === 'mean' ? Number.NaN : 0);
  for (const { at, count, sum } of buckets) {
    const step = (at - from) / stepMs;
    if (!Number.isInteger(step) || step < 0 || step >= stepCount) continue;
    values[step] = { mean: count > 0 ? sum / count : Number.NaN, count, sum }[statistic];
  }
  return values;
}

interface Grid {
  readonly from: number;
  readonly until: number;
  readonly stepMs: number;
}
