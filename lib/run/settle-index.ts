import { type Need, narrowNeed, type ShardId, wideNeed } from '../core/ids.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { EpochMs } from '../core/quantity.ts';
import type { Change, Table } from '../ports/table.ts';
import { openShard } from './open-shard.ts';
import {
  chunkKey,
  isReleased,
  ONLY_CHUNK,
  type OperationRecord,
  operationKey,
  parseChunk,
  parseOperation,
} from './operation-record.ts';
import { RELEASES_AT_ONCE_MAX, releaseNeed } from './release-need.ts';
import { changeItem, requireItem } from './require-item.ts';
import { indexDone, parseShard, type ShardRecord, shardKey } from './shard-record.ts';

/** Enters a leaf that needs nothing more into its index, and passes on what that completes. */
export async function settleLeaf(
  table: Table,
  leaf: Pick<ShardRecord, 'run' | 'shard' | 'root'>,
  now: EpochMs,
): Promise<void> {
  const key = shardKey(leaf.run, leaf.root);
  await settleIndex(table, parseShard(await changeItem(table, key, addition('doneLeaves', leaf.shard))), now);
}

/**
 * Passes on that an index may be done: to the shards that it feeds, to its operation's done-chunk, and with the last
 * index to every operation behind a wide edge. Sets only grow, so each step may be repeated, by anyone, in any order.
 *
 * @param root the shard that the index began with, as read after one of its leaves was done
 */
export async function settleIndex(table: Table, root: ShardRecord, now: EpochMs): Promise<void> {
  if (!indexDone(root)) return;
  await inParallel(root.feeds, RELEASES_AT_ONCE_MAX, (fed) => feed(table, { root, fed, now }));
  const { chunk, barrier } = root;
  if (!barrier) return;
  if (chunk === undefined) return settleAlone(table, root, now);
  const added = addition('done', String(root.index));
  const { done, size } = parseChunk(await changeItem(table, chunkKey(root.run, root.operation, chunk), added));
  if (done.size < size) return;
  const filled = addition('fullChunks', String(chunk));
  const operation = await changeItem(table, operationKey(root.run, root.operation), filled);
  await settleOperation(table, parseOperation(operation), now);
}

/** The only index of its operation completes it, in one write. */
async function settleAlone(table: Table, root: ShardRecord, now: EpochMs): Promise<void> {
  const write = await table.update(
    operationKey(root.run, root.operation),
    { ...addition('fullChunks', ONLY_CHUNK), set: { completedAt: now } },
    { attribute: 'completedAt', exists: false },
  );
  if (write.item) await releaseDependents(table, parseOperation(write.item), now);
}

/**
 * Completes an operation whose chunks are all full, and tells every operation that waits for it.
 * `completedAt` stands before the first one is told: what is cut off a waiting shard meanwhile looks there.
 */
export async function settleOperation(table: Table, operation: OperationRecord, now: EpochMs): Promise<void> {
  if (operation.fullChunks.size < operation.chunkCount) return;
  const key = operationKey(operation.run, operation.operation);
  await table.update(key, { set: { completedAt: now } }, { attribute: 'completedAt', exists: false });
  await releaseDependents(table, operation, now);
}

async function releaseDependents(table: Table, operation: OperationRecord, now: EpochMs): Promise<void> {
  const { run, operation: id, wideDependents } = operation;
  if (isReleased(operation)) return;
  const need = wideNeed(id);
  for (const dependent of wideDependents) await releaseNeed(table, { run, operation: dependent, need }, now);
  await table.update(operationKey(run, id), { set: { releasedAt: now } }, { attribute: 'releasedAt', exists: false });
}

/** Tells a narrow successor, and after it all that was cut off it: a later cut finds the index done by itself. */
async function feed(
  table: Table,
  told: { readonly root: ShardRecord; readonly fed: ShardId; readonly now: EpochMs },
): Promise<void> {
  const { root, fed, now } = told;
  const met: ReadonlySet<Need> = new Set([narrowNeed(root.shard)]);
  const successor = parseShard(await requireItem(table, shardKey(root.run, fed)));
  const opened = await openShard(table, successor, { met, now });
  for (const leaf of opened.leaves) {
    if (leaf === fed) continue;
    await openShard(table, parseShard(await requireItem(table, shardKey(root.run, leaf))), { met, now });
  }
}

function addition(set: string, member: string): Change {
  return { add: { [set]: new Set([member]) } };
}
