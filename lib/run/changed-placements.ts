import { byCodeUnit } from '../core/by-code-unit.ts';
import type { ShardId } from '../core/ids.ts';
import type { ShardRecord } from './shard-record.ts';
import type { PlannedShard } from './update-plan.ts';

/** What a new plan says of a shard that waits, and the shard as it was read for the plan. */
export interface ChangedPlacement extends PlannedShard {
  readonly known: ShardRecord;
}

/**
 * The waiting shards that a new plan has to be written to. Ranks are only an order: where a plan leaves the shards of a
 * tier in the order in which they stand, as most do that follow a verdict or a delay, they keep theirs, and a run of
 * many shards does not wait for a write to each of them.
 *
 * @param placed where the plan has each shard
 * @param openZones in which new work may start
 */
export function changedPlacements(
  records: readonly ShardRecord[],
  placed: ReadonlyMap<ShardId, PlannedShard>,
  openZones: ReadonlySet<string>,
): readonly ChangedPlacement[] {
  const waiting = records.flatMap((known) => {
    const now = placed.get(known.shard);
    return now && (known.state === 'READY' || known.state === 'BLOCKED') ? [{ ...now, known }] : [];
  });
  const byTier = Map.groupBy(waiting, ({ memoryTierMiB }) => memoryTierMiB);
  return [...byTier.values()].flatMap((shards) => {
    const inOrder = standInOrder(shards);
    return shards.flatMap((shard) => {
      const { known } = shard;
      // the zone is a wish that any worker may overrule: not worth a write while it is open
      const zone = openZones.has(known.zone) ? known.zone : shard.zone;
      const rank = inOrder ? known.rank : shard.rank;
      const same = shard.memoryTierMiB === known.memoryTierMiB && zone === known.zone && rank === known.rank;
      return same ? [] : [{ ...shard, zone, rank }];
    });
  });
}

/** True when the shards of a tier are all in it, and their ranks already follow one another as the plan wants it. */
function standInOrder(shards: readonly ChangedPlacement[]): boolean {
  const planned = shards.toSorted((a, b) => byCodeUnit(a.rank, b.rank));
  return planned.every(({ known, memoryTierMiB }, at) => {
    const before = planned[at - 1]?.known;
    return known.memoryTierMiB === memoryTierMiB && (before === undefined || before.rank < known.rank);
  });
}
