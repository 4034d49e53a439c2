import type { CostUsd, DurationMs, MemoryMiB } from '../core/quantity.ts';
import type { ShardNeed } from '../forecast/forecast.ts';
import { durationOnTier } from './duration-on-tier.ts';
import { workerCost } from './price.ts';

/** Of a worker's memory, what its runtime keeps for itself and what an interval may be wrong by. */
const HEAD_ROOM = 1.2;

/** What the shards of one type would take in one tier. */
export interface TierOffer {
  readonly memoryMiB: MemoryMiB;
  /** The upper end of every shard's memory, with head-room, fits. */
  readonly fits: boolean;
  /** Worker time of all shards together. */
  readonly durationMs: DurationMs;
  readonly costUsd: CostUsd;
}

export interface TierComparison {
  /** What a tier must have: the largest upper end with head-room, or what an attempt asked for. */
  readonly memoryNeededMiB: MemoryMiB;
  /** Smallest tier first. */
  readonly offers: readonly TierOffer[];
}

/**
 * Compares memory tiers for shards, usually all of one type: cost is memory times time, and a tier below one vCPU takes
 * longer.
 *
 * @param memoryMinMiB what an attempt that ran out of memory or time asks for; 0 for none
 * @complexity O(shards · tiers)
 */
export function compareTiers(
  needs: readonly ShardNeed[],
  tiersMiB: readonly MemoryMiB[],
  memoryMinMiB: MemoryMiB,
): TierComparison {
  const memoryNeededMiB = needs.reduce((most, need) => Math.max(most, need.memoryMiB.upper * HEAD_ROOM), memoryMinMiB);
  const sum = (of: (need: ShardNeed) => number) => needs.reduce((total, need) => total + of(need), 0);
  const offers = tiersMiB
    .toSorted((a, b) => a - b)
    .map((memoryMiB) => ({
      memoryMiB,
      fits: memoryMiB >= memoryNeededMiB,
      durationMs: sum((need) => durationOnTier(need, memoryMiB)),
      costUsd: sum((need) => workerCost(memoryMiB, durationOnTier(need, memoryMiB))),
    }));
  return { memoryNeededMiB, offers };
}
