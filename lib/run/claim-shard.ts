import { isCopy } from '../core/ids.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Condition, Table } from '../ports/table.ts';
import { dropCopy, outrun } from './copy-shard.ts';
import { heldUnder, isHeldUnder, type Lease, leaseOf } from './lease.ts';
import { endOf, parseShard, type ShardRecord, shardKey } from './shard-record.ts';

export interface ClaimRequest {
  /**
   * Must be unique for every invocation of a worker, never a slot's name alone: a claim whose answer was lost is
   * recognised by it, and a twin under the same name would take the claim for its own.
   */
  readonly owner: string;
  /** The claimer's clock. */
  readonly now: EpochMs;
  readonly leaseMs: DurationMs;
  /** How long after its end a lease still counts: clocks differ. */
  readonly graceMs: DurationMs;
  /** Attempts after which a shard whose lease ran out is left to the sweep, which sets it aside as poison. */
  readonly attemptMax: number;
  /**
   * How far into its range the claimer takes the shard at once.
   *
   * @default 0
   */
  readonly aheadUnits?: number;
}

export type Claim =
  | { readonly claimed: true; readonly shard: ShardRecord; readonly lease: Lease }
  /** `taken`: another worker has it, or it is over; `exhausted`: its last allowed attempt lost its lease. */
  | { readonly claimed: false; readonly reason: 'taken' | 'exhausted' };

/**
 * Takes a shard under a new epoch: one that is ready, or one that runs under a lease that ran out.
 *
 * @param shard as it was read, however long ago: the claim holds only if its epoch and state are still the same; a
 *   copy is taken only while its shard is open, and never from another worker
 */
export async function claimShard(table: Table, shard: ShardRecord, request: ClaimRequest): Promise<Claim> {
  const takesOver = shard.state === 'RUNNING';
  if (!takesOver && shard.state !== 'READY') return { claimed: false, reason: 'taken' };
  if (isCopy(shard.shard) && (takesOver || (await outrun(table, shard)))) {
    if (!takesOver) await dropCopy(table, shard);
    return { claimed: false, reason: 'taken' };
  }
  const attempts = shard.attempts + (takesOver ? 1 : 0);
  if (attempts >= request.attemptMax) return { claimed: false, reason: 'exhausted' };
  const leaseUntil = request.now + request.leaseMs;
  const write = await table.update(
    shardKey(shard.run, shard.shard),
    {
      set: {
        state: 'RUNNING',
        epoch: shard.epoch + 1,
        owner: request.owner,
        leaseUntil,
        claimedAt: request.now,
        attempts,
        cursor: claimedUpTo(shard, request.aheadUnits),
      },
      remove: ['queue', 'rank'],
    },
    takesOver ? leaseRanOut(shard, request.now - request.graceMs) : stillReady(shard),
  );
  const now = write.item && parseShard(write.item);
  const lease = leaseOf({ ...shard, epoch: shard.epoch + 1, owner: request.owner });
  return now && isHeldUnder(now, lease) ? { claimed: true, shard: now, lease } : { claimed: false, reason: 'taken' };
}

/** A single unit cannot be cut: the claim takes it, and saves the worker a write. */
function claimedUpTo(shard: Pick<ShardRecord, 'range' | 'splitAt'>, aheadUnits = 0): number {
  const { start } = shard.range;
  const end = endOf(shard);
  return end - start <= 1 ? end : Math.min(end, start + Math.floor(aheadUnits));
}

function stillReady(shard: ShardRecord): Condition {
  return {
    all: [
      { attribute: 'state', equals: 'READY' },
      { attribute: 'epoch', equals: shard.epoch },
    ],
  };
}

function leaseRanOut(shard: ShardRecord, before: EpochMs): Condition {
  return { all: [heldUnder(leaseOf(shard)), { attribute: 'leaseUntil', lessThan: before }] };
}
