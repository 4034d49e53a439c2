import { splitNeed } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Condition, Table } from '../ports/table.ts';
import { metNeeds } from './met-needs.ts';
import { openShard } from './open-shard.ts';
import { operationKey } from './operation-record.ts';
import { changeItem, requireItem } from './require-item.ts';
import { settleLeaf } from './settle-index.ts';
import { parseShard, type ShardRecord, shardKey } from './shard-record.ts';

export type Cut =
  | { readonly cut: true; readonly tail: ShardRecord }
  /** The shard is over, has read beyond the cut, or another cut came first: nothing has changed. */
  | { readonly cut: false };

interface Deciding {
  readonly now: EpochMs;
  /** Cut a running shard only in this epoch. */
  readonly epoch?: number;
}

/**
 * Decides a cut whose tail was made, for or against, by one write on the shard that is cut, and carries it out. Anyone
 * may do it, again and again: the first decision stands.
 *
 * The tail enters its index before the decision: were it the other way round, the rest of the index could commit and
 * be taken for the whole (docs/adr/0020).
 */
export async function decideCut(table: Table, tail: ShardRecord, deciding: Deciding): Promise<Cut> {
  await changeItem(table, shardKey(tail.run, tail.root), { add: { leaves: new Set([tail.shard]) } });
  const parent = await decided(table, tail, deciding.epoch);
  return parent.tails.has(tail.shard) ? openTail(table, tail, deciding.now) : dropTail(table, tail, deciding.now);
}

/** The number of a tail's cut is the last part of its name. */
function cutNumber({ shard, parent }: ShardRecord): number {
  return Number(shard.slice(parent.length + 1));
}

async function decided(table: Table, tail: ShardRecord, epoch: number | undefined): Promise<ShardRecord> {
  const key = shardKey(tail.run, tail.parent);
  const cuts = cutNumber(tail);
  const parent = parseShard(await requireItem(table, key));
  if (parent.cuts >= cuts) return parent;
  const accepted = await table.update(
    key,
    {
      set: { splitAt: tail.range.start, cuts, bytes: Math.max(0, parent.bytes - tail.bytes) },
      add: { tails: new Set([tail.shard]) },
    },
    { all: [undecided(cuts), leavesTo(tail.range.start), startable(epoch)] },
  );
  if (accepted.applied) return parseShard(accepted.item);
  const rejected = await table.update(key, { set: { cuts } }, undecided(cuts));
  return rejected.item ? parseShard(rejected.item) : parent;
}

/** Cuts are decided one after the other, so the range that the tail was made from still ends where it did. */
function undecided(cuts: number): Condition {
  return { attribute: 'cuts', equals: cuts - 1 };
}

function leavesTo(cut: number): Condition {
  return { attribute: 'cursor', atMost: cut };
}

/** Not over, and running only in the epoch that was meant. */
function startable(epoch: number | undefined): Condition {
  const runs: Condition = { attribute: 'state', equals: 'RUNNING' };
  return {
    any: [
      { attribute: 'state', oneOf: ['BLOCKED', 'READY'] },
      epoch === undefined ? runs : { all: [runs, { attribute: 'epoch', equals: epoch }] },
    ],
  };
}

/** Whoever releases a need looks for shards after the reason is stored; the tail looks for reasons after it exists. */
async function openTail(table: Table, tail: ShardRecord, now: EpochMs): Promise<Cut> {
  await changeItem(table, operationKey(tail.run, tail.operation), { add: { tails: new Set([tail.shard]) } });
  const decided = { ...tail, met: new Set([...tail.met, splitNeed(tail.shard)]) };
  return { cut: true, tail: await openShard(table, tail, { met: await metNeeds(table, decided), now }) };
}

async function dropTail(table: Table, tail: ShardRecord, now: EpochMs): Promise<Cut> {
  const { run, shard } = tail;
  await table.update(shardKey(run, shard), { set: { state: 'REMOVED' } }, { attribute: 'state', equals: 'BLOCKED' });
  await settleLeaf(table, tail, now);
  return { cut: false };
}
