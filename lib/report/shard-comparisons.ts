import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Interval } from '../forecast/interval.ts';
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
 * Joins the forecast of every shard with its committed attempt. A shard that was cut while it ran is left out: what was
 * predicted for all of it says nothing about the part that it kept.
 *
 * @returns in the order of the attempts
 * @complexity O(shards + attempts)
 */
export function shardComparisons({ attempts, forecast }: RunReport): readonly ShardComparison[] {
  const predictedOf = new Map(forecast.shards.map(({ shard, need }) => [shard, need.durationMs]));
  const cut = new Set(attempts.filter(({ shard }) => shard.includes('.')).map(({ shard }) => wholeShard(shard)));
  return attempts.flatMap(({ shard, operation, durationMs, startedAt, outcome }) => {
    const predicted = predictedOf.get(shard);
    if (outcome !== 'committed' || !predicted || cut.has(shard)) return [];
    return [{ shard, operation, predicted, actualMs: durationMs, startedAt }];
  });
}

/** True when the truth lay inside its interval. */
export function wasInside({ predicted, actualMs }: ShardComparison): boolean {
  return actualMs >= predicted.lower && actualMs <= predicted.upper;
}

/** The shard that another was cut off: `clean/7` for `clean/7.2`. */
function wholeShard(shard: string): string {
  return shard.slice(0, shard.lastIndexOf('.'));
}
