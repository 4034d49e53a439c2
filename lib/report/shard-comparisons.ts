import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Interval } from '../forecast/interval.ts';
import { onOneVcpu } from '../forecast/size/on-one-vcpu.ts';
import type { RunReport } from './run-report.ts';

/** One committed shard as it was predicted and as it was. */
export interface ShardComparison {
  readonly shard: string;
  readonly operation: string;
  readonly predicted: Interval;
  readonly actualMs: DurationMs;
  readonly startedAt: EpochMs;
}

/**
 * Joins the forecast of every shard with its committed attempt, both on one vCPU.
 *
 * @returns in the order of the attempts
 * @complexity O(shards + attempts)
 */
export function shardComparisons({ attempts, forecast }: RunReport): readonly ShardComparison[] {
  const predictedOf = new Map(forecast.shards.map(({ shard, need }) => [shard, need.durationMs]));
  return attempts.flatMap((attempt) => {
    const { shard, operation, outcome } = attempt;
    const predicted = predictedOf.get(shard);
    if (outcome !== 'committed' || !predicted) return [];
    return [{ shard, operation, predicted, actualMs: onOneVcpu(attempt), startedAt: attempt.startedAt }];
  });
}

/** True when the truth lay inside its interval. */
export function wasInside({ predicted, actualMs }: ShardComparison): boolean {
  return actualMs >= predicted.lower && actualMs <= predicted.upper;
}
