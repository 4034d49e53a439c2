import type { EpochMs } from '../core/quantity.ts';
import type { Table } from '../ports/table.ts';
import { requireItem } from './require-item.ts';
import { endOf, parseShard, type ShardRecord, shardKey } from './shard-record.ts';
import { splitShard } from './split-shard.ts';

export interface CutRequest {
  /** First units of the tails, ascending. */
  readonly cutsAt: readonly number[];
  readonly now: EpochMs;
}

/**
 * Cuts a shard into a head and several tails, one split after the other from its end: each is whole by itself, so a crash
 * in between leaves larger parts and nothing else. It ends with the first cut that is refused, since the worker has then
 * read further than was thought, or somebody else holds the shard.
 *
 * @param shard as it was read; a running one is cut only in the same epoch
 * @returns how many tails were cut off
 * @throws {ForeshardError} `InvalidInput` when a cut is not inside the range
 */
export async function cutShard(table: Table, shard: ShardRecord, { cutsAt, now }: CutRequest): Promise<number> {
  let head = shard;
  let count = 0;
  for (const at of cutsAt.toReversed()) {
    // whoever cuts it at the same units may be ahead: that much of it is done
    if (head !== shard && at >= endOf(head)) continue;
    const { cut } = await splitShard(table, head, { at, now });
    if (!cut) return count;
    count += 1;
    if (count === cutsAt.length) return count;
    head = parseShard(await requireItem(table, shardKey(shard.run, shard.shard)));
    const goesOn = head.state === shard.state && head.epoch === shard.epoch;
    if (!goesOn) return count;
  }
  return count;
}
