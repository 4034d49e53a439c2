import { median } from 'simple-statistics';
import type { DurationMs } from '../core/quantity.ts';
import type { ShardAttempt } from '../profile/shard-attempt.ts';
import type { Forecast } from './forecast.ts';
import { onOneVcpu } from './size/on-one-vcpu.ts';

/** How well a run went as predicted. */
export interface Accuracy {
  /** Median over committed shards of |predicted - actual| duration; 0 when none committed. */
  readonly medianAbsoluteErrorMs: DurationMs;
  /** Share of committed shards whose duration lay inside its interval; 0 when none committed. */
  readonly coverage: number;
  readonly level: number;
}

/**
 * Compares a forecast with what became of it. Shards without a prediction, made by re-sharding, are left out.
 *
 * @param attempts n attempts of the run, of which the committed ones count
 * @complexity O(n log n)
 */
export function accuracy(forecast: Forecast, attempts: readonly ShardAttempt[]): Accuracy {
  const predicted = new Map(forecast.shards.map(({ shard, need }) => [shard, need.durationMs]));
  const compared = attempts.flatMap((attempt) => {
    const interval = attempt.outcome === 'committed' ? predicted.get(attempt.shard) : undefined;
    const actual = onOneVcpu(attempt);
    return interval
      ? [{ error: Math.abs(actual - interval.point), inside: interval.lower <= actual && actual <= interval.upper }]
      : [];
  });
  const { level } = forecast;
  if (compared.length === 0) return { medianAbsoluteErrorMs: 0, coverage: 0, level };
  return {
    medianAbsoluteErrorMs: median(compared.map(({ error }) => error)),
    coverage: compared.filter(({ inside }) => inside).length / compared.length,
    level,
  };
}
