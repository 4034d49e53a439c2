import { errorName, type ForeshardErrorName } from '../core/foreshard-error.ts';
import { isCopy, originalOf } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Change, Condition, Table } from '../ports/table.ts';
import { endCopy } from './copy-shard.ts';
import { endsAt } from './ends-at.ts';
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
  /**
   * Another attempt has the shard, or committed it (`isOver`): only then may the output be thrown away. While the shard is
   * open, a request of this commit that is still on its way may land yet, and its output has to be there.
   */
  | { readonly kind: 'lost'; readonly isOver: boolean };

/**
 * Commits a shard under its lease, or under that of its copy, once and for all, then passes on what that completes.
 * A commit whose answer was lost may be repeated. Once the first write has landed nothing takes the commit back: what a crash or an unreachable
 * table cuts off then is done by the sweep.
 *
 * @complexity two writes, of a copy three; one more for every 256 shards, and one for each shard that the commit sets free
 */
export async function commitShard(table: Table, lease: Lease, request: CommitRequest): Promise<Commit> {
  const { now } = request;
  const original = originalOf(lease.shard);
  const write = await table.update(
    shardKey(lease.run, original),
    committing(lease, request),
    mayCommit(lease, request),
  );
  const shard = write.item && parseShard(write.item);
  const won = shard !== undefined && (write.applied || isCommitOf(shard, lease));
  try {
    if (won) await settle(table, shard, now);
    if (isCopy(lease.shard)) await endCopy(table, lease, won ? 'DONE' : 'REMOVED', now);
  } catch (error) {
    if (!LEFT_TO_THE_SWEEP.has(errorName(error))) throw error;
  }
  return won ? { kind: 'committed', shard } : refused(shard, lease);
}

/** What a copy commits is its shard's: its output, and that the whole range was read. */
function committing(lease: Lease, { cursor, output, now }: CommitRequest): Change {
  const { root, shard, owner } = lease;
  const original = originalOf(shard);
  return {
    set: { state: 'DONE', output, doneAt: now, ...(isCopy(shard) && { copy: shard, owner, cursor }) },
    remove: ['leaseUntil', 'queue', 'rank'],
    ...(original === root && { add: { doneLeaves: new Set([original]) } }),
  };
}

/**
 * The first commit wins: a copy needs no claim of the shard, only that it is open and as long as the copy is. A cut that the
 * worker has not seen must stop it.
 */
function mayCommit(lease: Lease, { cursor }: CommitRequest): Condition {
  if (isCopy(lease.shard)) return { all: [{ attribute: 'state', oneOf: ['READY', 'RUNNING'] }, endsAt(cursor)] };
  return { all: [heldUnder(lease), { attribute: 'cursor', equals: cursor }, endsAt(cursor)] };
}

async function settle(table: Table, shard: ShardRecord, now: EpochMs): Promise<void> {
  await (shard.shard === shard.root ? settleIndex(table, shard, now) : settleLeaf(table, shard, now));
}

function isCommitOf(shard: ShardRecord, lease: Lease): boolean {
  if (shard.state !== 'DONE' || shard.owner !== lease.owner) return false;
  return isCopy(lease.shard) ? shard.copy === lease.shard : shard.copy === undefined && shard.epoch === lease.epoch;
}

function refused(shard: ShardRecord | undefined, lease: Lease): Commit {
  if (shard && isHeldUnder(shard, lease)) return { kind: 'unfinished', end: endOf(shard) };
  return { kind: 'lost', isOver: shard?.state === 'DONE' };
}
