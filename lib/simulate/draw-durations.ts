import type { DurationMs } from '../core/quantity.ts';
import type { Random } from '../core/random.ts';
import { standardNormal } from '../core/standard-normal.ts';
import { SHARED_VARIANCE, STRAGGLER_LEAST, STRAGGLER_MOST } from '../shards/shard-spread.ts';

/** What the durations of a run's shards are drawn from. */
export interface DrawnDurations {
  /** As predicted, the median. */
  readonly durationsMs: Float64Array;
  /** Spread of each log duration. */
  readonly sigmas: Float64Array;
  /** A number for the type of each shard. */
  readonly typeOf: Int32Array;
  /** Of each shard, the chance that it is slow for no reason. */
  readonly stragglerShares: Float64Array;
}

/** Durations lognormal about the prediction, with an error of their own and one that is shared by their type. */
export function drawDurations(
  { durationsMs, sigmas, typeOf, stragglerShares }: DrawnDurations,
  random: Random,
): Float64Array {
  const typeCount = typeOf.reduce((most, type) => Math.max(most, type + 1), 0);
  const shared = Float64Array.from({ length: typeCount }, () => standardNormal(random));
  return durationsMs.map((durationMs, shard): DurationMs => {
    const common = Math.sqrt(SHARED_VARIANCE) * (shared[typeOf[shard] ?? 0] ?? 0);
    const error = (sigmas[shard] ?? 0) * (common + Math.sqrt(1 - SHARED_VARIANCE) * standardNormal(random));
    const slow =
      random() < (stragglerShares[shard] ?? 0) ? STRAGGLER_LEAST + (STRAGGLER_MOST - STRAGGLER_LEAST) * random() : 1;
    return durationMs * Math.exp(error) * slow;
  });
}
