import type { MemoryMiB } from '../core/quantity.ts';
import type { ShardNeed } from '../forecast/forecast.ts';
import { compareTiers } from './compare-tiers.ts';

export interface TierRequest {
  /** Of the shards that will run in the tier, usually all of one type. */
  readonly needs: readonly ShardNeed[];
  /** Memory tiers that have an open pool. */
  readonly tiersMiB: readonly MemoryMiB[];
  /** What an attempt that ran out of memory or time asks for. */
  readonly memoryMinMiB: MemoryMiB;
}

/**
 * The cheapest tier in which every shard's memory fits, at the upper end of its interval and with head-room: cost is
 * memory times time, and a tier below one vCPU takes longer. Ties go to the smaller tier.
 *
 * When no tier is large enough it is the largest: the shard's attempts will show whether the interval was too wide.
 *
 * @complexity O(shards · tiers)
 */
export function chooseTier({ needs, tiersMiB, memoryMinMiB }: TierRequest): MemoryMiB {
  const { memoryNeededMiB, offers } = compareTiers(needs, tiersMiB, memoryMinMiB);
  const fitting = offers.filter(({ fits }) => fits);
  let best = fitting[0];
  for (const offer of fitting) if (best === undefined || offer.costUsd < best.costUsd) best = offer;
  return best?.memoryMiB ?? offers.at(-1)?.memoryMiB ?? memoryNeededMiB;
}
