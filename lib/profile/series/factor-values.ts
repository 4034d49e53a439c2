import { isTextFactor } from '../context-metrics.ts';
import { type Bucket, gridValues } from './bucket.ts';

/** An outside factor as it was measured with the attempts of a type. */
export interface FactorBuckets {
  /** As the metric is called: `context.activity`, `context.region=eu`. */
  readonly name: string;
  readonly buckets: readonly Bucket[];
}

interface FactorGrid {
  readonly from: number;
  readonly until: number;
  readonly stepMs: number;
  /** Attempts of the type, step by step. */
  readonly counts: readonly number[];
}

/**
 * An outside factor step by step: a number's mean, a text's share of the attempts; `NaN` in steps without attempts.
 *
 * @complexity O(n) for n steps and buckets
 */
export function factorValues({ name, buckets }: FactorBuckets, { counts, ...grid }: FactorGrid): readonly number[] {
  if (!isTextFactor(name)) return gridValues(buckets, { ...grid, statistic: 'mean' });
  return gridValues(buckets, { ...grid, statistic: 'count' }).map((count, step) => count / (counts[step] ?? 0));
}
