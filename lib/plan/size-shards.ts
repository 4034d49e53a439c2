import type { ShardType } from '../core/ids.ts';
import type { MemoryMiB } from '../core/quantity.ts';
import type { AllocateRequest, OpenShard } from './allocate-request.ts';
import { chooseTier } from './choose-tier.ts';
import { durationOnTier } from './duration-on-tier.ts';

export interface SizedShards {
  /** The memory tier of each shard, in the order of the request. */
  readonly tiersMiB: readonly MemoryMiB[];
  /** How long each is expected to take there; what is left of it when it runs already. */
  readonly durationsMs: Float64Array;
}

/**
 * Gives every shard the tier of its type, or a larger one when an earlier attempt asks for it. A type that its trial
 * demoted goes one tier up, and one that was moved while the run goes on stays where it was moved to.
 *
 * @complexity O(shards · tiers)
 */
export function sizeShards({ shards, pools, canaries, tiers = [] }: AllocateRequest): SizedShards {
  const open = pools.filter(({ state, slotMax }) => state === 'open' && slotMax > 0);
  const ladder = [...new Set(open.map(({ memoryMiB }) => memoryMiB))].sort((a, b) => a - b);
  const demoted = new Set(canaries.filter(({ verdict }) => verdict === 'demoted').map(({ type }) => type));
  const moved = new Map(tiers.map(({ type, memoryMiB }) => [type, memoryMiB]));
  const tierOf = new Map<ShardType, MemoryMiB>();
  for (const [type, members] of byType(shards)) {
    const tier = chooseTier({ needs: members.map(({ need }) => need), tiersMiB: ladder, memoryMinMiB: 0 });
    const tried = demoted.has(type) ? (ladder.find((next) => next > tier) ?? tier) : tier;
    tierOf.set(type, moved.get(type) ?? tried);
  }
  const tiersMiB = shards.map(({ type, memoryMinMiB }) => {
    const least = Math.max(memoryMinMiB, tierOf.get(type) ?? 0);
    return ladder.find((tier) => tier >= least) ?? ladder.at(-1) ?? 0;
  });
  const durationsMs = Float64Array.from(shards, (shard, index) =>
    shard.running ? shard.running.remainingMs : durationOnTier(shard.need, tiersMiB[index] ?? 0),
  );
  return { tiersMiB, durationsMs };
}

function byType(shards: readonly OpenShard[]): ReadonlyMap<ShardType, readonly OpenShard[]> {
  const groups = new Map<ShardType, OpenShard[]>();
  for (const shard of shards) {
    const group = groups.get(shard.type);
    if (group) group.push(shard);
    else groups.set(shard.type, [shard]);
  }
  return groups;
}
