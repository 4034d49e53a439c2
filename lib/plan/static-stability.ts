import type { MemoryMiB } from '../core/quantity.ts';
import { guaranteedSlots } from './guaranteed-slots.ts';
import { mostGranted } from './most-granted.ts';
import type { SlotGrant } from './plan.ts';
import { type Pool, REGIONAL } from './pool.ts';

/** What a plan wants of a tier, beside what is there for sure. */
export interface TierStability {
  readonly memoryMiB: MemoryMiB;
  /** Slots that the plan grants at a time, at the most. */
  readonly slotCount: number;
  /** Slots of the tier, over all runs, that are there also when its largest zone is lost: see `guaranteedSlots`. */
  readonly guaranteedCount: number;
}

/**
 * Whether a plan would still fit without the largest zone, tier by tier: it does where it wants no more than is guaranteed.
 *
 * @returns the tiers that the plan uses and that have several open zones, the smallest first
 * @complexity O(g log g) for g grants
 */
export function staticStability(granted: readonly SlotGrant[], pools: readonly Pool[]): readonly TierStability[] {
  const guaranteed = guaranteedSlots(pools);
  const tiers = Map.groupBy(pools, ({ memoryMiB }) => memoryMiB);
  return [...tiers]
    .sort(([a], [b]) => a - b)
    .flatMap(([memoryMiB, members]) => {
      const ids = new Set(members.map(({ id }) => id));
      const slotCount = mostGranted(granted.filter(({ pool }) => ids.has(pool)));
      if (slotCount === 0 || openZoneCount(members) < 2) return [];
      return {
        memoryMiB,
        slotCount,
        guaranteedCount: members.reduce((sum, { id }) => sum + (guaranteed.get(id) ?? 0), 0),
      };
    });
}

function openZoneCount(pools: readonly Pool[]): number {
  return pools.filter(({ state, zone }) => state === 'open' && zone !== REGIONAL).length;
}
