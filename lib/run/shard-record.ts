import * as z from 'zod';
import { isCopy, type RunId, type ShardId } from '../core/ids.ts';
import type { MemoryMiB } from '../core/quantity.ts';
import type { Item, ItemKey } from '../ports/table.ts';
import { DataRange } from '../shards/input-layout.ts';
import { runPartition } from './run-record.ts';

/**
 * `BLOCKED` never comes back once left; `DONE` and `REMOVED` are final; `REMOVED` is a cut that did not happen, a shard that
 * another one has taken in, or a copy that came to nothing. `MERGING` waits for the decision whether it is taken in.
 */
const ShardState = z.enum(['BLOCKED', 'READY', 'MERGING', 'RUNNING', 'DONE', 'POISONED', 'REMOVED']);

export const ShardFailure = z.strictObject({ name: z.string(), message: z.string() });
export type ShardFailure = z.infer<typeof ShardFailure>;

/** A shard as the table knows it: the claim, the fence, the cursor and the committed output in one item. */
export const ShardRecord = z.strictObject({
  run: z.string(),
  shard: z.string(),
  operation: z.string(),
  index: z.int().nonnegative(),
  /** The done-chunk that the index is entered into; nothing when it is its operation's only one. */
  chunk: z.int().nonnegative().optional(),
  /** False: its operation has no other index and nobody waits for it, so that the shard's own state says all. */
  barrier: z.boolean(),
  type: z.string(),
  /** As it was cut first; {@link endOf} tells where it ends now. */
  range: DataRange,
  /** Where the shard ends since its tail was cut off, or it has taken in its neighbour. */
  splitAt: z.int().nonnegative().optional(),
  bytes: z.number().nonnegative(),
  state: ShardState,
  /** The fencing token: one higher with every claim. 0: never claimed. */
  epoch: z.int().nonnegative(),
  /** Unique for one invocation of a worker: its slot, a colon, and something random. */
  owner: z.string().optional(),
  leaseUntil: z.number().optional(),
  /** Everything before it belongs to the epoch: no cut may be made there. */
  cursor: z.int().nonnegative(),
  /** Attempts that failed. */
  attempts: z.int().nonnegative(),
  needs: z.array(z.string()),
  met: z.set(z.string()),
  /** Shards of narrow successors that wait for this index. */
  feeds: z.array(z.string()),
  memoryTierMiB: z.number().positive(),
  /** Where it should run: another zone may take it when it has nothing better to do. */
  zone: z.string(),
  /** Its place in the ready queue, as planned: the lowest first. */
  rank: z.string(),
  /** Generation of the plan that set tier, zone and rank. */
  generation: z.int().nonnegative(),
  readyAt: z.number().optional(),
  /** When the last claim was made. */
  claimedAt: z.number().optional(),
  doneAt: z.number().optional(),
  /** The committed output; parsed by who wrote it (lib/run/input). */
  output: z.json().optional(),
  /** The copy that committed it; nothing when it was its own attempt. */
  copy: z.string().optional(),
  /** Why the last attempt failed. */
  error: ShardFailure.optional(),
  /** The shard that this one was cut off, and that its index began with; both are itself for an index's first shard. */
  parent: z.string(),
  root: z.string(),
  /** The shard that it is to be taken in by, and the number of that one's decision. */
  into: z.string().optional(),
  merge: z.int().positive().optional(),
  /** Shards that this one has taken in. */
  absorbed: z.set(z.string()).optional(),
  /** Cuts of this shard, and merges into it, that were decided, for or against. */
  cuts: z.int().nonnegative(),
  /** Cuts that were decided for. */
  tails: z.set(z.string()),
  /** Of an index's first shard: all shards that the index consists of, and those that need nothing more. */
  leaves: z.set(z.string()),
  doneLeaves: z.set(z.string()),
});
export type ShardRecord = z.infer<typeof ShardRecord>;

/** Copies are listed apart: whoever counts, feeds or reads shards must not see them. */
export function shardKey(run: RunId, shard: ShardId): ItemKey {
  const partition = runPartition(run);
  if (isCopy(shard)) return { partition, sort: `COPY#${shard}` };
  return { partition, sort: `SHARD#${shard}` };
}

/** The queue of shards that are ready for a tier. */
export function readyQueue(run: RunId, memoryTierMiB: MemoryMiB): string {
  return `${run}#${memoryTierMiB}`;
}

/** Where the shard's range ends now: what lies beyond was cut off. */
export function endOf(shard: Pick<ShardRecord, 'range' | 'splitAt'>): number {
  return shard.splitAt ?? shard.range.end;
}

/** True when everything asked for is in the set. */
export function covers(set: ReadonlySet<string>, asked: Iterable<string>): boolean {
  for (const one of asked) if (!set.has(one)) return false;
  return true;
}

/** True when every leaf of the index that this shard began is done. */
export function indexDone(root: ShardRecord): boolean {
  return root.leaves.size > 0 && covers(root.doneLeaves, root.leaves);
}

/**
 * The item of a record. `rank` is taken by the queue index, so the planned rank is stored as `plannedRank`, and the
 * range as two numbers that conditions can name.
 */
export function shardItem(record: ShardRecord): Item {
  const { rank, range, met, tails, leaves, doneLeaves, ...rest } = record;
  const item: Record<string, Item[string]> = { ...rest, plannedRank: rank, start: range.start, end: range.end };
  for (const [name, value] of Object.entries({ met, tails, leaves, doneLeaves }))
    if (value.size > 0) item[name] = value;
  return { ...item, ...shardKey(record.run, record.shard), ...queueOf(record) };
}

/** Where a record is listed in the queue index: each write of a listed item costs another (docs/adr/0047). */
export function queueOf(record: ShardRecord): { readonly queue: string; readonly rank: string } | undefined {
  if (record.state !== 'READY') return undefined;
  return { queue: readyQueue(record.run, record.memoryTierMiB), rank: record.rank };
}

/** @throws {ZodError} when the item is no shard record */
export function parseShard(item: Item): ShardRecord {
  const { partition: _partition, sort: _sort, queue: _queue, rank: _rank, plannedRank, start, end, ...rest } = item;
  const { met = NONE, tails = NONE, leaves = NONE, doneLeaves = NONE } = rest;
  return ShardRecord.parse({ ...rest, met, tails, leaves, doneLeaves, rank: plannedRank, range: { start, end } });
}

/** What an absent set is; zod copies it. */
const NONE: ReadonlySet<string> = new Set();
