import type { ShardId } from '../core/ids.ts';
import type { DurationMs } from '../core/quantity.ts';
import { PRICES } from '../plan/price.ts';
import { type Candidate, netUsd, type OpenOperation, type OpenShard, type ReshardRequest } from './candidate.ts';
import { finishTime } from './finish-time.ts';

/** A shard is too small when its work takes less than this many starts. */
const SMALL_OVERHEADS = 2;
/** What is merged takes up to this many starts: a start is a small part of it then. */
const MERGED_OVERHEADS = 16;
/** Each slot keeps this many parts to share out, so that none waits long for the last. */
const PARTS_PER_SLOT = 4;
/** Merges of one decision: each takes the table a few requests, and the stage has its time. */
const MERGES_MAX = 64;
/**
 * Write units of a merge, where each write of what the queue index lists takes two: set aside (2), decided (2), gone, and
 * entered into its index, which is listed itself or done by that (2).
 */
const MERGE_WRITES = 7;
/** No merged shard may be predicted to need more than this share of its tier's memory. */
const MEMORY_SHARE = 0.9;

/**
 * Weighs making one shard of neighbours that wait and are so small that starting them takes as long as working at them. What it
 * saves is the starts, and an object each that readers would have to ask for.
 *
 * @returns nothing when no two small neighbours wait
 * @complexity O(n log n) for n open shards
 */
export function weighMerge(operation: OpenOperation, request: ReshardRequest): Candidate | undefined {
  const waiting = operation.shards.filter(({ state }) => state === 'waiting').toSorted((a, b) => a.start - b.start);
  const groups = groupsOf(waiting, operation, request);
  if (groups.length === 0) return undefined;
  const { id, overheadMs, slackMs, readerCount } = operation;
  const count = groups.reduce((sum, group) => sum + group.length, 0);
  const goneCount = count - groups.length;
  const [before, after] = finishes(waiting, groups, { operation, request });
  const savedMs = Math.max(0, before - after - Math.max(0, slackMs));
  const { lateChance, latenessUsdPerMs, slotUsdPerMs, requestUsd } = request;
  const startUsd = overheadMs * slotUsdPerMs + PRICES.s3Put + readerCount * requestUsd;
  const gainUsd = lateChance * latenessUsdPerMs * savedMs + goneCount * startUsd;
  const costUsd = goneCount * MERGE_WRITES * PRICES.dynamoDbWrite;
  return {
    change: 'merge',
    operation: id,
    shards: groups.flatMap((group) => group.map((shard) => shard.id)),
    merges: groups.map((group): readonly ShardId[] => group.map((shard) => shard.id)),
    savedMs,
    gainUsd,
    costUsd,
    churnMs: 0,
    worth: after <= before && netUsd({ gainUsd, costUsd }) > 0,
    what: `${count} small shards of ${id} into ${groups.length}`,
  };
}

/** Neighbours that together are no longer small, the first in front. */
function groupsOf(
  waiting: readonly OpenShard[],
  { overheadMs, mergesIndexes = false }: OpenOperation,
  { slotMax }: ReshardRequest,
): readonly (readonly OpenShard[])[] {
  const share = waiting.reduce((sum, { remainingMs }) => sum + remainingMs, 0) / (PARTS_PER_SLOT * slotMax);
  const longestMs = Math.min(MERGED_OVERHEADS * overheadMs, share);
  const groups: OpenShard[][] = [];
  let mergesLeft = MERGES_MAX;
  for (const shard of waiting.filter((one) => one.remainingMs < SMALL_OVERHEADS * overheadMs)) {
    const group = groups.at(-1);
    if (group && mergesLeft > 0 && joins(shard, group, { longestMs, mergesIndexes })) {
      mergesLeft -= 1;
      group.push(shard);
    } else groups.push([shard]);
  }
  return groups.filter(({ length }) => length > 1);
}

function joins(
  shard: OpenShard,
  group: readonly OpenShard[],
  { longestMs, mergesIndexes }: { readonly longestMs: DurationMs; readonly mergesIndexes: boolean },
): boolean {
  const [last, mergeable] = [group.at(-1), shard.mergeable];
  if (!mergeable || !last?.mergeable || last.end !== shard.start) return false;
  const { root, memoryTierMiB } = mergeable;
  if (last.mergeable.memoryTierMiB !== memoryTierMiB || !(mergesIndexes || last.mergeable.root === root)) return false;
  const all = [...group, shard];
  const memoryMiB = all.reduce((sum, one) => sum + (one.mergeable?.memoryUpperMiB ?? 0), 0);
  const durationMs = all.reduce((sum, { remainingMs }) => sum + remainingMs, 0);
  return memoryMiB <= MEMORY_SHARE * memoryTierMiB && durationMs <= longestMs;
}

/** When the operation's open shards end as they are, and merged; every one that waits pays its start. */
function finishes(
  waiting: readonly OpenShard[],
  groups: readonly (readonly OpenShard[])[],
  { operation, request }: { readonly operation: OpenOperation; readonly request: ReshardRequest },
): readonly [DurationMs, DurationMs] {
  const { shards, overheadMs } = operation;
  const running = shards.filter(({ state }) => state === 'running').map(({ remainingMs }) => remainingMs);
  const merged = new Set(groups.flat());
  const lengthOf = (group: readonly OpenShard[]) =>
    group.reduce((sum, { remainingMs }) => sum + remainingMs, overheadMs);
  const alone = waiting.filter((shard) => !merged.has(shard)).map((shard) => lengthOf([shard]));
  const before = waiting.map((shard) => lengthOf([shard]));
  return [
    finishTime(running, before, request.slotMax),
    finishTime(running, [...alone, ...groups.map(lengthOf)], request.slotMax),
  ];
}
