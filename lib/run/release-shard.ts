import { isCopy } from '../core/ids.ts';
import type { EpochMs, MemoryMiB } from '../core/quantity.ts';
import type { Change, Condition, Table } from '../ports/table.ts';
import { heldUnder, leaseOf } from './lease.ts';
import { parseShard, readyQueue, type ShardFailure, type ShardRecord, shardKey } from './shard-record.ts';

/** What becomes of a shard whose attempt ended without a commit; lib/recover decides. */
export type Verdict =
  | { readonly kind: 'retry'; readonly attempts: number; readonly memoryTierMiB: MemoryMiB; readonly zone: string }
  | { readonly kind: 'poison'; readonly attempts: number };

export interface ReleaseRequest {
  readonly verdict: Verdict;
  readonly error?: ShardFailure;
  readonly now: EpochMs;
  /** Only if the lease ended before this moment: for whoever is not its owner and has no proof of its death. */
  readonly leaseEndedBefore?: EpochMs;
}

export type Release =
  | { readonly released: true; readonly shard: ShardRecord }
  /** Another epoch has it, it is over, or its lease still holds. */
  | { readonly released: false };

/**
 * Takes a running shard from its owner: back into the ready queue, or out of the run as poison. A copy is not tried
 * again: its shard goes on without it.
 *
 * @param shard as claimed or as read while it ran: holds only under the same epoch and owner
 */
export async function releaseShard(table: Table, shard: ShardRecord, request: ReleaseRequest): Promise<Release> {
  const lease = leaseOf(shard);
  const conditions: Condition[] = [heldUnder(lease)];
  if (request.leaseEndedBefore !== undefined) {
    conditions.push({ attribute: 'leaseUntil', lessThan: request.leaseEndedBefore });
  }
  const key = shardKey(lease.run, lease.shard);
  const write = await table.update(key, releasing(shard, request), { all: conditions });
  if (!write.item) return { released: false };
  const now = parseShard(write.item);
  return write.applied || isReleased(now, shard, request.verdict)
    ? { released: true, shard: now }
    : { released: false };
}

function releasing(shard: ShardRecord, { verdict, error, now }: ReleaseRequest): Change {
  const { attempts } = verdict;
  const ended = { attempts, cursor: shard.range.start, ...(error && { error }) };
  if (isCopy(shard.shard)) {
    return { set: { ...ended, state: 'REMOVED', doneAt: now }, remove: ['leaseUntil', 'queue', 'rank'] };
  }
  if (verdict.kind === 'poison') {
    return { set: { ...ended, state: 'POISONED', doneAt: now }, remove: ['leaseUntil', 'queue', 'rank'] };
  }
  const { memoryTierMiB, zone } = verdict;
  const queue = readyQueue(shard.run, memoryTierMiB);
  return {
    set: { ...ended, state: 'READY', readyAt: now, memoryTierMiB, zone, queue, rank: shard.rank },
    remove: ['leaseUntil'],
  };
}

/** A release whose answer was lost: same epoch and owner, no longer running. */
function isReleased(now: ShardRecord, shard: ShardRecord, verdict: Verdict): boolean {
  const state = isCopy(shard.shard) ? 'REMOVED' : verdict.kind === 'poison' ? 'POISONED' : 'READY';
  return now.state === state && now.epoch === shard.epoch && now.owner === shard.owner;
}
