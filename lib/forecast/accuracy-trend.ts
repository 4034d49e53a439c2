import * as z from 'zod';

/** How the forecasts of a time, or of a run, came true. */
export const AccuracyPeriod = z.strictObject({
  at: z.number(),
  seenCount: z.int().nonnegative(),
  missedCount: z.int().nonnegative(),
  /** Sum of the absolute errors. */
  error: z.number().nonnegative(),
  /** What the errors are measured by: the sum of a naive forecast's, or the number of forecasts. */
  reference: z.number().nonnegative(),
});
export type AccuracyPeriod = z.infer<typeof AccuracyPeriod>;

/** Several periods together. */
export interface AccuracySum {
  readonly seenCount: number;
  readonly coverage: number;
  /** Error over reference; undefined where nothing moved, so that there was nothing to get wrong. */
  readonly relativeError: number | undefined;
}

/** Whether forecasts are still as good as they were, and as they promise. */
export interface AccuracyTrend {
  readonly level: number;
  /** The newest periods. */
  readonly recent: AccuracySum;
  /** All before; undefined when there is none. */
  readonly earlier: AccuracySum | undefined;
  /** `coverage`: they miss more than twice as often as they promise. `error`: they err half as much again as before. */
  readonly decay: 'coverage' | 'error' | undefined;
}

/** With fewer outcomes a share of misses is chance. */
const SEEN_MIN = 24;
const MISS_FACTOR = 2;
const ERROR_FACTOR = 1.5;

/**
 * Compares the newest periods with those before and with what the intervals promise.
 *
 * @param periods oldest first
 * @returns undefined when nothing was judged yet
 * @complexity O(n)
 */
export function accuracyTrend(
  periods: readonly AccuracyPeriod[],
  { level, recentCount }: { readonly level: number; readonly recentCount: number },
): AccuracyTrend | undefined {
  const recent = sumOf(periods.slice(-recentCount));
  if (recent === undefined) return undefined;
  const earlier = sumOf(periods.slice(0, -recentCount));
  return { level, recent, earlier, decay: decayOf(recent, earlier, level) };
}

function decayOf(recent: AccuracySum, earlier: AccuracySum | undefined, level: number): AccuracyTrend['decay'] {
  if (recent.seenCount < SEEN_MIN) return undefined;
  if (1 - recent.coverage > MISS_FACTOR * (1 - level)) return 'coverage';
  if (earlier === undefined || earlier.seenCount < SEEN_MIN) return undefined;
  const { relativeError: now } = recent;
  const { relativeError: before } = earlier;
  if (now === undefined || before === undefined) return undefined;
  return now > ERROR_FACTOR * before ? 'error' : undefined;
}

function sumOf(periods: readonly AccuracyPeriod[]): AccuracySum | undefined {
  const sum = (of: (period: AccuracyPeriod) => number) => periods.reduce((total, period) => total + of(period), 0);
  const seenCount = sum((period) => period.seenCount);
  if (seenCount === 0) return undefined;
  const reference = sum((period) => period.reference);
  return {
    seenCount,
    coverage: 1 - sum((period) => period.missedCount) / seenCount,
    relativeError: reference > 0 ? sum((period) => period.error) / reference : undefined,
  };
}
