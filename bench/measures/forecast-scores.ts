import type { Interval } from '../../lib/forecast/interval.ts';

/** Mean absolute error over the steps whose truth is known. */
export function meanAbsoluteError(points: readonly number[], truth: readonly number[]): number {
  const errors = truth.flatMap((value, step) => (Number.isNaN(value) ? [] : [Math.abs(value - (points[step] ?? 0))]));
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** M4's definition, in percent; two zeros are no error. */
export function smape(points: readonly number[], truth: readonly number[]): number {
  const errors = truth.map((value, step) => {
    const point = points[step] ?? 0;
    const size = Math.abs(value) + Math.abs(point);
    return size > 0 ? (200 * Math.abs(value - point)) / size : 0;
  });
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** What MASE and MSIS divide by: the mean change from season to season within the known part. */
export function seasonalScale(known: readonly number[], season: number): number {
  const changes = known.slice(season).map((value, step) => Math.abs(value - (known[step] ?? 0)));
  return changes.reduce((sum, change) => sum + change, 0) / changes.length;
}

/** M4's interval score, not yet scaled: width, and 2 / alpha times each miss. */
export function intervalScore(intervals: readonly Interval[], truth: readonly number[]): number {
  const scores = intervals.map(({ lower, upper, level }, step) => {
    const value = truth[step] ?? 0;
    const missed = Math.max(0, lower - value) + Math.max(0, value - upper);
    return upper - lower + (2 / (1 - level)) * missed;
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

export function coveredCount(intervals: readonly Interval[], truth: readonly number[]): number {
  return intervals.filter(({ lower, upper }, step) => {
    const value = truth[step] ?? Number.NaN;
    return lower <= value && value <= upper;
  }).length;
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Naive2's published errors on M4 Hourly, by which OWA is defined. @see Makridakis et al., "The M4 Competition", 2020 */
const NAIVE2 = { smape: 18.383, mase: 2.395 } as const;

export function overallWeightedAverage(smapeMean: number, maseMean: number): number {
  return (smapeMean / NAIVE2.smape + maseMean / NAIVE2.mase) / 2;
}
