import { ForeshardError } from '../core/foreshard-error.ts';
import type { RunId, ShardId } from '../core/ids.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { MemoryMiB } from '../core/quantity.ts';
import type { Change, Item, Table } from '../ports/table.ts';
import { RELEASES_AT_ONCE_MAX } from './release-need.ts';
import { parseShard, readyQueue, type ShardRecord, shardKey } from './shard-record.ts';

/** A shard leaves `BLOCKED` once, so a second look decides; the third is for a plan written at the same time. */
const UPDATE_TRIES_MAX = 4;

/** Where and in which order a shard should run. */
export interface PlannedShard {
  readonly shard: ShardId;
  readonly memoryTierMiB: MemoryMiB;
  readonly zone: string;
  readonly rank: string;
}

/** A placement, and its shard as it was read a while ago, if it was: what has become of it since the write finds out. */
export interface PlacementToWrite extends PlannedShard {
  readonly known?: ShardRecord;
}

/**
 * Writes tier, zone and rank of shards that nobody has claimed; of the others nothing is changed, and a plan that is
 * older than the stored one changes nothing.
 *
 * @returns the number of shards that follow the new plan
 */
export async function updatePlan(
  table: Table,
  plan: { readonly run: RunId; readonly generation: number },
  placements: readonly PlacementToWrite[],
): Promise<number> {
  const updates = await inParallel(placements, RELEASES_AT_ONCE_MAX, (placed) => updateOne(table, plan, placed));
  return updates.filter((updated) => updated).length;
}

async function updateOne(
  table: Table,
  plan: { readonly run: RunId; readonly generation: number },
  placed: PlacementToWrite,
): Promise<boolean> {
  const key = shardKey(plan.run, placed.shard);
  let shard = placed.known ?? parseKnown(await table.get(key), plan.run, placed.shard);
  for (let tries = 0; tries < UPDATE_TRIES_MAX; tries += 1) {
    if (shard.state !== 'READY' && shard.state !== 'BLOCKED') return false;
    if (shard.generation >= plan.generation) return shard.generation === plan.generation;
    const write = await table.update(key, planning(shard, plan.generation, placed), {
      all: [
        { attribute: 'state', equals: shard.state },
        { attribute: 'generation', lessThan: plan.generation },
      ],
    });
    if (write.applied) return true;
    shard = parseKnown(write.item, plan.run, placed.shard);
  }
  return false;
}

function parseKnown(item: Item | undefined, run: RunId, shard: ShardId): ShardRecord {
  if (!item) throw unknownShard(run, shard);
  return parseShard(item);
}

function planning(shard: ShardRecord, generation: number, placed: PlannedShard): Change {
  const { memoryTierMiB, zone, rank } = placed;
  const planned = { memoryTierMiB, zone, plannedRank: rank, generation };
  if (shard.state === 'BLOCKED') return { set: planned };
  return { set: { ...planned, queue: readyQueue(shard.run, memoryTierMiB), rank } };
}

function unknownShard(run: RunId, shard: ShardId): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `shard '${shard}' of run '${run}' does not exist; plan only shards that were created`,
  );
}
