import { type CuttableOperation, predecessors } from './cuttable-operation.ts';
import type { EqualCounts } from './equal-counts.ts';
import { firstProducer, shuffleGroups } from './shuffle-groups.ts';

/** A worker keeps one buffer for each partition of its output: more would not fit the smallest tier. */
export const PARTITIONS_MAX = 256;
/** Partitions per shard of the reader: enough to cut a skewed shuffle evenly. */
const OVER_PARTITION = 4;

/** The key partitions that one group of shuffles shares. */
export interface PartitionGroup {
  readonly partitionCount: number;
  /** The share of each partition; none when no histogram is known, and all are taken to be equal. */
  readonly weights: readonly number[];
}

/**
 * Decides how many partitions each shuffle has: a histogram in the definition decides, the longest if there are
 * several; otherwise it is about four times the largest shard count among the readers, at most 256.
 *
 * @param shardCounts of every operation
 * @returns groups by the operation that writes into them; a reader finds its own under any of its predecessors
 */
export function partitionGroups(
  operations: readonly CuttableOperation[],
  shardCounts: ReadonlyMap<string, number>,
  ties: EqualCounts,
): ReadonlyMap<string, PartitionGroup> {
  const { groupOf, histograms } = shuffleGroups(operations, ties);
  const readers = operations.filter(({ kind }) => kind === 'partition');
  const largest = new Map<string, number>();
  for (const reader of readers) {
    const group = groupOf(firstProducer(reader));
    largest.set(group, Math.max(largest.get(group) ?? 1, shardCounts.get(reader.id) ?? 1));
  }
  const producers = new Set(readers.flatMap((reader) => [...predecessors(reader)]));
  return new Map(
    [...producers].map((producer): [string, PartitionGroup] => {
      const weights = histograms.get(groupOf(producer)) ?? [];
      const shardCount = largest.get(groupOf(producer)) ?? 1;
      return [producer, { partitionCount: weights.length || partitionCount(shardCount), weights }];
    }),
  );
}

function partitionCount(shardCount: number): number {
  return shardCount === 1 ? 1 : Math.min(PARTITIONS_MAX, OVER_PARTITION * shardCount);
}
