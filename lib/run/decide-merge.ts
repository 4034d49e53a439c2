import type { EpochMs } from '../core/quantity.ts';
import type { Condition, Table } from '../ports/table.ts';
import { requireItem } from './require-item.ts';
import { settleLeaf } from './settle-index.ts';
import { endOf, parseShard, queueOf, type ShardRecord, shardKey } from './shard-record.ts';

export type Merge =
  | { readonly merged: true; readonly head: ShardRecord }
  /** One of the two was claimed, cut or merged before: both are as they were. */
  | { readonly merged: false };

/**
 * Decides a merge that was proposed, for or against, by one write on the shard that is to grow, and carries it out. Anyone may
 * do it, again and again: the first decision stands. Cuts and merges of a shard share one count of decisions, so that the
 * tail of a cut which was proposed before the shard grew cannot take away what it grew by, and so that a shard whose next
 * decision this is ends where it was read to end.
 *
 * @param next the shard that is to be merged, as it was read while it was set aside: nobody changes its range then
 */
export async function decideMerge(table: Table, next: ShardRecord, now: EpochMs): Promise<Merge> {
  const { into = '', merge = 0 } = next;
  const head = await decided(table, next, { into, merge });
  const proposal = stillProposed(next, { into, merge });
  const key = shardKey(next.run, next.shard);
  if (!head.absorbed?.has(next.shard)) {
    const ready = { ...next, state: 'READY' as const };
    const change = { set: { state: 'READY', ...queueOf(ready) }, remove: ['into', 'merge'] };
    await table.update(key, change, proposal);
    return { merged: false };
  }
  await table.update(key, { set: { state: 'REMOVED' } }, proposal);
  await settleLeaf(table, next, now);
  return { merged: true, head };
}

interface Proposal {
  readonly into: string;
  readonly merge: number;
}

async function decided(table: Table, next: ShardRecord, { into, merge }: Proposal): Promise<ShardRecord> {
  const key = shardKey(next.run, into);
  const head = parseShard(await requireItem(table, key));
  if (head.cuts >= merge) return head;
  const undecided: Condition = { attribute: 'cuts', equals: merge - 1 };
  const accepted = await table.update(
    key,
    {
      set: { splitAt: endOf(next), cuts: merge, bytes: head.bytes + next.bytes },
      add: { absorbed: new Set([next.shard]) },
    },
    { all: [undecided, { attribute: 'state', equals: 'READY' }] },
  );
  if (accepted.applied) return parseShard(accepted.item);
  const rejected = await table.update(key, { set: { cuts: merge } }, undecided);
  return rejected.item ? parseShard(rejected.item) : head;
}

/**
 * A late copy of an earlier answer must not end a later proposal; under the same number one may be made again, after the
 * shard was planned anew, and the queue follows from the plan.
 */
function stillProposed({ memoryTierMiB, rank }: ShardRecord, { into, merge }: Proposal): Condition {
  return {
    all: [
      { attribute: 'state', equals: 'MERGING' },
      { attribute: 'into', equals: into },
      { attribute: 'merge', equals: merge },
      { attribute: 'memoryTierMiB', equals: memoryTierMiB },
      { attribute: 'plannedRank', equals: rank },
    ],
  };
}
