import type { RunId, ShardId } from '../core/ids.ts';
import type { MemoryMiB } from '../core/quantity.ts';
import type { Table } from '../ports/table.ts';
import { parseShard, readyQueue } from './shard-record.ts';

/**
 * The shards that are claimed next, the first of each tier's queue: while they change, workers claim.
 *
 * @complexity one request for each tier
 */
export async function readyHeads(
  table: Table,
  run: RunId,
  tiersMiB: readonly MemoryMiB[],
): Promise<readonly ShardId[]> {
  const queues = tiersMiB.map((tier) => table.queryQueue({ queue: readyQueue(run, tier), limit: 1 }));
  return (await Promise.all(queues)).flat().map((item) => parseShard(item).shard);
}
