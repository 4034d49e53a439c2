import { errorName, type ForeshardErrorName } from '../core/foreshard-error.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Condition, Table } from '../ports/table.ts';
import { heldUnder, isHeldUnder, type Lease } from './lease.ts';
import { settleIndex, settleLeaf } from './settle-index.ts';
import { endOf, parseShard, type ShardRecord, shardKey } from './shard-record.ts';

/** Failures that pass: the shard is done all the same. */
const LEFT_TO_THE_SWEEP: ReadonlySet<string> = new Set<ForeshardErrorName>(['Throttled', 'StoreUnavailable']);

export interface CommitRequest {
  /** How far the worker has read: only where the shard ends now may it be committed. */
  readonly cursor: number;
  /** What readers need to find the output: plain JSON. */
  readonly output: NonNullable<ShardRecord['output']>;
  readonly now: EpochMs;
}

export type Commit =
  | { readonly kind: 'committed'; readonly shard: ShardRecord }
  /** The range does not end at the cursor: go on up to `end`. */
  | { readonly kind: 'unfinished'; readonly end: number }
  /** Another epoch has the shard, or committed it: throw the output away. */
  | { readonly kind: 'lost' };

/**
 * Commits a shard under its lease, once and for all, then passes on what that completes. A commit whose answer was
 * lost may be repeated. Once the first write has landed nothing takes the commit back: what a crash or an unreachable
 * table cuts off then is done by the sweep.
 *
 * @complexity two writes; one more for every 256 shards, and one for each shard that the commit sets free
 */
export async function commitShard(table: Table, lease: Lease, request: CommitRequest): Promise<Commit> {
  const { cursor, output, now } = request;
  const isRoot = lease.shard === lease.root;
  const write = await table.update(
    shardKey(lease.run, lease.shard),
    {
      set: { state: 'DONE', output, doneAt: now },
      remove: ['leaseUntil', 'queue', 'rank'],
      ...(isRoot && { add: { doneLeaves: new Set([lease.shard]) } }),
    },
    { all: [heldUnder(lease), { attribute: 'cursor', equals: cursor }, endsAt(cursor)] },
  );
  const shard = write.item && parseShard(write.item);
  if (!shard || !(write.applied || isCommitOf(shard, lease))) return refused(shard, lease);
  try {
    await (isRoot ? settleIndex(table, shard, now) : settleLeaf(table, lease, now));
  } catch (error) {
    if (!LEFT_TO_THE_SWEEP.has(errorName(error))) throw error;
  }
  return { kind: 'committed', shard };
}

/** Where the shard ends now: a cut that the worker has not seen must stop it. */
function endsAt(cursor: number): Condition {
  return {
    any: [
      { attribute: 'splitAt', equals: cursor },
      {
        all: [
          { attribute: 'splitAt', exists: false },
          { attribute: 'end', equals: cursor },
        ],
      },
    ],
  };
}

function isCommitOf(shard: ShardRecord, lease: Lease): boolean {
  return shard.state === 'DONE' && shard.epoch === lease.epoch && shard.owner === lease.owner;
}

function refused(shard: ShardRecord | undefined, lease: Lease): Commit {
  return shard && isHeldUnder(shard, lease) ? { kind: 'unfinished', end: endOf(shard) } : { kind: 'lost' };
}
