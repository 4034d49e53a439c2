import type { Interval } from '../interval.ts';
import { conformalQuantile } from './conformal-quantile.ts';
import { errorScale } from './error-scale.ts';
import type { PathError } from './path-errors.ts';

/** Sizes of errors in units of what was expected: comparable across series. */
export type ErrorScores = Float64Array;

/** Turns a predicted path into intervals. */
export interface IntervalModel {
  /** Ascending; what a pool is made of. */
  readonly scores: ErrorScores;
  intervals(path: Float64Array, options: IntervalOptions): readonly Interval[];
}

export interface IntervalOptions {
  readonly level: number;
  /** Place in the season of the path's first step. */
  readonly firstPlace: number;
  /** True for what cannot be negative. */
  readonly nonNegative: boolean;
}

/** The weights that made the paths have seen the errors: new ones are larger. */
const OWN_INFLATION = 1.25;

/** The rest comes from the pool: one series has seen few rare events. */
const OWN_SHARE = 0.75;

/**
 * Learns intervals from a path's past errors: scale by distance and place, times a conformal quantile of what is left,
 * a quarter of it from a pool of like series when there is one.
 *
 * @param pool scores of other series of the same kind, ascending; pooling across unlike kinds does harm
 * @complexity O(n log n)
 */
export function intervalModel(
  errors: readonly PathError[],
  {
    season,
    smallest,
    pool,
  }: { readonly season: number; readonly smallest: number; readonly pool?: ErrorScores | undefined },
): IntervalModel {
  const scale = errorScale(errors, season, smallest);
  const scores = Float64Array.from(errors, ({ ahead, place, error }) => Math.abs(error) / scale(ahead, place)).sort();
  const reachAt = (level: number) => {
    const own = conformalQuantile(scores, level);
    const pooled = pool && pool.length > 0 ? conformalQuantile(pool, level) : own;
    return OWN_INFLATION * (OWN_SHARE * own + (1 - OWN_SHARE) * pooled);
  };
  return {
    scores,
    intervals: (path, { level, firstPlace, nonNegative }) => {
      const reach = reachAt(level);
      const lowest = nonNegative ? 0 : Number.NEGATIVE_INFINITY;
      return Array.from(path, (point, ahead) => {
        const half = reach * scale(ahead, (firstPlace + ahead) % season);
        return { point, lower: Math.max(lowest, point - half), upper: point + half, level };
      });
    },
  };
}
