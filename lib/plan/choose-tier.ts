import type { MemoryMiB } from '../core/quantity.ts';
import type { ShardNeed } from '../forecast/forecast.ts';
import { durationOnTier } from './duration-on-tier.ts';
import { workerCost } from './price.ts';

/** Of a worker's memory, what its runtime keeps for itself and what an interval may be wrong by. */
const HEAD_ROOM = 1.2;

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
  const tiers = tiersMiB.toSorted((a, b) => a - b);
  const memoryMiB = needs.reduce((most, need) => Math.max(most, need.memoryMiB.upper * HEAD_ROOM), memoryMinMiB);
  const fitting = tiers.filter((tier) => tier >= memoryMiB);
  const cost = (tier: MemoryMiB) => needs.reduce((sum, need) => sum + workerCost(tier, durationOnTier(need, tier)), 0);
  let best = fitting[0];
  for (const tier of fitting) if (best === undefined || cost(tier) < cost(best)) best = tier;
  return best ?? tiers.at(-1) ?? memoryMiB;
}
