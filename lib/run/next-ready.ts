import { byCodeUnit } from '../core/compare.ts';
import type { RunId } from '../core/ids.ts';
import type { MemoryMiB } from '../core/quantity.ts';
import type { Table } from '../ports/table.ts';
import { parseShard, readyQueue, type ShardRecord } from './shard-record.ts';

export interface ReadyQuery {
  readonly run: RunId;
  readonly memoryTierMiB: MemoryMiB;
  /** The asking worker's zone. */
  readonly zone: string;
  readonly limit: number;
}

/**
 * The shards that a worker should try to claim, in this order: of those in front of its tier's queue first the ones
 * planned for its zone, then the others, each by rank and then by name. The queue may lag behind the table: a claim can fail.
 */
export async function nextReady(table: Table, query: ReadyQuery): Promise<readonly ShardRecord[]> {
  const { run, memoryTierMiB, zone, limit } = query;
  const items = await table.queryQueue({ queue: readyQueue(run, memoryTierMiB), limit });
  const ready = items.map(parseShard).filter(({ state }) => state === 'READY');
  const elsewhere = (shard: ShardRecord) => Number(shard.zone !== zone);
  return ready.toSorted(
    (a, b) => elsewhere(a) - elsewhere(b) || byCodeUnit(a.rank, b.rank) || byCodeUnit(a.shard, b.shard),
  );
}
