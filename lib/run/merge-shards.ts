import { ForeshardError } from '../core/foreshard-error.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Condition, Table } from '../ports/table.ts';
import { decideMerge, type Merge } from './decide-merge.ts';
import { endsAt } from './ends-at.ts';
import { requireItem } from './require-item.ts';
import { endOf, parseShard, type ShardRecord, shardKey } from './shard-record.ts';

/**
 * Makes one shard of two that wait side by side: the second is set aside, one write on the first decides, and the second is
 * gone or ready again. It may be repeated, by anyone, and between any two steps the sweep goes on with it.
 *
 * Readers find what an index gave by the index: so two indexes become one only where no successor waits for either of
 * them alone (docs/adr/0061).
 *
 * @param head as it was read, and `next`, whose range begins where that of `head` ends
 * @throws {ForeshardError} `InvalidInput` when they are not side by side in one operation
 */
export async function mergeShards(
  table: Table,
  { head, next }: { readonly head: ShardRecord; readonly next: ShardRecord },
  now: EpochMs,
): Promise<Merge> {
  if (head.operation !== next.operation || endOf(head) !== next.range.start) throw apart(head, next);
  if (head.state !== 'READY' || next.state !== 'READY') return { merged: false };
  if (head.root !== next.root && ((await isFed(table, head)) || (await isFed(table, next)))) return { merged: false };
  const merge = head.cuts + 1;
  const write = await table.update(
    shardKey(next.run, next.shard),
    { set: { state: 'MERGING', into: head.shard, merge }, remove: ['queue', 'rank'] },
    asRead(next),
  );
  const proposed = write.item && parseShard(write.item);
  const mine = proposed?.state === 'MERGING' && proposed.into === head.shard && proposed.merge === merge;
  return mine ? decideMerge(table, proposed, now) : { merged: false };
}

/** True when narrow successors wait for the shard's index. */
async function isFed(table: Table, { run, root }: ShardRecord): Promise<boolean> {
  return parseShard(await requireItem(table, shardKey(run, root))).feeds.length > 0;
}

function asRead(next: ShardRecord): Condition {
  return { all: [{ attribute: 'state', equals: 'READY' }, endsAt(endOf(next))] };
}

function apart(head: ShardRecord, next: ShardRecord): ForeshardError {
  return new ForeshardError(
    'InvalidInput',
    `shard '${next.shard}' from ${next.range.start} cannot be merged into '${head.shard}' up to ${endOf(head)}; ` +
      'merge only neighbours of one operation',
  );
}
