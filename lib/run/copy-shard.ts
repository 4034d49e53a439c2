import { copyId, originalOf } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Table } from '../ports/table.ts';
import { heldUnder, type Lease } from './lease.ts';
import { endOf, parseShard, type ShardRecord, shardItem, shardKey } from './shard-record.ts';

export interface CopyRequest {
  /** Where the copy should run: not where its shard is slow. */
  readonly zone: string;
  readonly now: EpochMs;
}

/**
 * Puts a second attempt beside the one that works at a shard: an item of its own with its own epochs, which any slot
 * claims like a shard, once nothing else is ready. It covers the shard's whole range; whoever commits the shard first
 * wins (docs/adr/0031). One copy for each epoch: to ask again changes nothing.
 *
 * @param shard as it was read while it ran
 */
export async function copyShard(table: Table, shard: ShardRecord, request: CopyRequest): Promise<void> {
  if (shard.state !== 'RUNNING') return;
  await table.put(shardItem(copyOf(shard, request)), { attribute: 'partition', exists: false });
}

function copyOf(shard: ShardRecord, { zone, now }: CopyRequest): ShardRecord {
  const {
    splitAt: _splitAt,
    leaseUntil: _leaseUntil,
    owner: _owner,
    claimedAt: _claimedAt,
    error: _error,
    absorbed: _absorbed,
    ...rest
  } = shard;
  return {
    ...rest,
    shard: copyId(shard.shard, shard.epoch),
    range: { start: shard.range.start, end: endOf(shard) },
    state: 'READY',
    epoch: 0,
    cursor: shard.range.start,
    zone,
    rank: `~${shard.rank}`,
    readyAt: now,
    needs: [],
    met: new Set(),
    feeds: [],
    cuts: 0,
    tails: new Set(),
    leaves: new Set(),
    doneLeaves: new Set(),
  };
}

/**
 * True when a copy can no longer win: its shard is over, or was cut and is shorter now than what the copy makes, or has
 * shown that it needs a larger tier than the copy has.
 */
export async function outrun(table: Table, copy: ShardRecord): Promise<boolean> {
  const item = await table.get(shardKey(copy.run, originalOf(copy.shard)));
  return item === undefined || cannotWin(copy, parseShard(item));
}

/** The same, of a shard that was read. */
export function cannotWin(copy: ShardRecord, original: ShardRecord): boolean {
  const open = original.state === 'READY' || original.state === 'RUNNING';
  return !open || endOf(original) !== endOf(copy) || original.memoryTierMiB > copy.memoryTierMiB;
}

/** Takes a copy that nobody has claimed out of the queue. */
export async function dropCopy(table: Table, { run, shard }: ShardRecord): Promise<void> {
  await table.update(
    shardKey(run, shard),
    { set: { state: 'REMOVED' }, remove: ['queue', 'rank'] },
    { attribute: 'state', equals: 'READY' },
  );
}

/** Writes down what became of a copy; its shard knows already. */
export async function endCopy(table: Table, lease: Lease, state: 'DONE' | 'REMOVED', now: EpochMs): Promise<void> {
  const change = { set: { state, doneAt: now }, remove: ['leaseUntil', 'queue', 'rank'] };
  await table.update(shardKey(lease.run, lease.shard), change, heldUnder(lease));
}
