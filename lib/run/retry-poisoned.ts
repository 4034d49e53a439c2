import { collect } from '../core/collect.ts';
import type { RunId } from '../core/ids.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Table } from '../ports/table.ts';
import { readShards } from './read-shards.ts';
import { RELEASES_AT_ONCE_MAX } from './release-need.ts';
import { readyQueue, type ShardRecord, shardKey } from './shard-record.ts';

/**
 * Puts shards that were set aside back into the ready queue, with all their attempts: who resumes a run has mended what
 * they failed on, or believes so.
 */
export async function retryPoisoned(table: Table, run: RunId, now: EpochMs): Promise<void> {
  const shards = await collect(readShards(table, run));
  const poisoned = shards.filter(({ state }) => state === 'POISONED');
  await inParallel(poisoned, RELEASES_AT_ONCE_MAX, (shard) => retry(table, shard, now));
}

function retry(table: Table, { run, shard, memoryTierMiB, rank }: ShardRecord, now: EpochMs) {
  const queue = readyQueue(run, memoryTierMiB);
  return table.update(
    shardKey(run, shard),
    { set: { state: 'READY', attempts: 0, readyAt: now, queue, rank }, remove: ['doneAt', 'error'] },
    { attribute: 'state', equals: 'POISONED' },
  );
}
