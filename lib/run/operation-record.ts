import * as z from 'zod';
import type { RunId } from '../core/ids.ts';
import type { Item, ItemKey } from '../ports/table.ts';
import { Dependency } from '../workflow/definition.ts';
import { runPartition } from './run-record.ts';

/** Indexes in one done-chunk: small enough to keep an item near 1 KB, large enough that few chunks are read. */
export const DONE_CHUNK_SIZE = 256;

/** An operation's barrier: who waits for it, and how much of it is done. */
export const OperationRecord = z.strictObject({
  run: z.string(),
  operation: z.string(),
  /** Its place in a topological order of the workflow. */
  position: z.int().nonnegative(),
  type: z.string(),
  /** Its number of indexes: what is cut off a shard keeps the shard's index. */
  shardCount: z.int().positive(),
  after: z.array(Dependency),
  /** Operations with a wide edge from this one: all their shards wait until it is complete. */
  wideDependents: z.array(z.string()),
  /** Its number of done-chunks. */
  chunkCount: z.int().positive(),
  /** Done-chunks that are full. */
  fullChunks: z.set(z.string()),
  /** Shards that were cut off others and are part of the operation. */
  tails: z.set(z.string()),
  /** When every index was done. */
  completedAt: z.number().optional(),
  /** When every shard that waited for the operation had been told. */
  releasedAt: z.number().optional(),
});
export type OperationRecord = z.infer<typeof OperationRecord>;

export function operationKey(run: RunId, operation: string): ItemKey {
  return { partition: runPartition(run), sort: `OP#${operation}` };
}

export function operationItem(record: OperationRecord): Item {
  const { fullChunks, tails, ...rest } = record;
  return {
    ...operationKey(record.run, record.operation),
    ...rest,
    ...(fullChunks.size > 0 && { fullChunks }),
    ...(tails.size > 0 && { tails }),
  };
}

/** @throws {ZodError} when the item is no operation record */
export function parseOperation(item: Item): OperationRecord {
  const { partition: _partition, sort: _sort, ...rest } = item;
  return OperationRecord.parse({
    ...rest,
    fullChunks: rest.fullChunks ?? new Set(),
    tails: rest.tails ?? new Set(),
  });
}

/** The chunk that an operation's only index fills by itself: there is no item for it. */
export const ONLY_CHUNK = '0';

/** True when nobody waits for the operation, or everybody who did has been told. */
export function isReleased({ wideDependents, releasedAt }: OperationRecord): boolean {
  return wideDependents.length === 0 || releasedAt !== undefined;
}

/** Which indexes of one chunk are done. */
export const DoneChunk = z.strictObject({
  run: z.string(),
  operation: z.string(),
  chunk: z.int().nonnegative(),
  /** How many indexes it holds when it is full. */
  size: z.int().positive(),
  done: z.set(z.string()),
});
export type DoneChunk = z.infer<typeof DoneChunk>;

export function chunkKey(run: RunId, operation: string, chunk: number): ItemKey {
  return { partition: runPartition(run), sort: `DONE#${operation}#${chunk}` };
}

/** An empty chunk: no set is stored. */
export function chunkItem({ done, ...rest }: DoneChunk): Item {
  return { ...chunkKey(rest.run, rest.operation, rest.chunk), ...rest, ...(done.size > 0 && { done }) };
}

/** @throws {ZodError} when the item is no done-chunk */
export function parseChunk(item: Item): DoneChunk {
  const { partition: _partition, sort: _sort, ...rest } = item;
  return DoneChunk.parse({ ...rest, done: rest.done ?? new Set() });
}
