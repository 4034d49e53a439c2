import type { EpochMs } from '../core/quantity.ts';
import type { ShardAttempt } from '../profile/shard-attempt.ts';
import { type AccuracyPeriod, type AccuracyTrend, accuracyTrend } from './accuracy-trend.ts';
import type { Forecast } from './forecast.ts';
import { afterOutcomes, askedLevel, startAdaptive } from './intervals/adaptive-level.ts';
import { onOneVcpu } from './size/on-one-vcpu.ts';

/** The newest runs in which a decay must show. */
const RECENT_RUNS = 5;

/**
 * How one run's forecast of shard durations came true: errors as absolute logs of the ratio, so that shards of every
 * size count alike.
 *
 * @param attempts of one type
 * @returns undefined when no shard of them both had a forecast and committed
 */
export function runAccuracy(
  { shards }: Pick<Forecast, 'shards'>,
  attempts: readonly ShardAttempt[],
  at: EpochMs,
): AccuracyPeriod | undefined {
  const predicted = new Map(shards.map(({ shard, need }) => [shard, need.durationMs]));
  const outcomes = attempts.flatMap((attempt) => {
    const interval = attempt.outcome === 'committed' ? predicted.get(attempt.shard) : undefined;
    const actual = onOneVcpu(attempt);
    if (!interval) return [];
    const missed = actual < interval.lower || actual > interval.upper;
    return [{ missed, error: Math.abs(Math.log((actual + 1) / (interval.point + 1))) }];
  });
  if (outcomes.length === 0) return undefined;
  return {
    at,
    seenCount: outcomes.length,
    missedCount: outcomes.filter(({ missed }) => missed).length,
    error: outcomes.reduce((sum, { error }) => sum + error, 0),
    reference: outcomes.length,
  };
}

/** How the forecasts of the last five runs did, beside all before. */
export function runTrend(runs: readonly AccuracyPeriod[], level: number): AccuracyTrend | undefined {
  return accuracyTrend(runs, { level, recentCount: RECENT_RUNS });
}

/**
 * The level at which to ask for the durations of a type's shards, so that the promised share of them is covered over its
 * runs: wider after runs that missed more. Made of the remembered runs anew each time, so that one that is told again
 * counts once.
 *
 * @param runs oldest first; without any it is the promised level
 */
export function runLevel(runs: readonly AccuracyPeriod[], level: number): number {
  return runs.length > 0 ? askedLevel(runs.reduce(afterOutcomes, startAdaptive(level))) : level;
}
