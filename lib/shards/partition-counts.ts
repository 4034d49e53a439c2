import { type CuttableOperation, predecessors } from './cuttable-operation.ts';
import { type EqualCounts, equalCounts } from './equal-counts.ts';

/** A worker keeps one buffer for each partition of its output: more would not fit the smallest tier. */
export const PARTITIONS_MAX = 256;
/** Partitions per shard of the reader: enough to cut a skewed shuffle evenly. */
const OVER_PARTITION = 4;

/** The key partitions that one group of shuffles shares. */
export interface PartitionGroup {
  readonly partitionCount: number;
  /** The share of each partition; all equal when no histogram is known. */
  readonly weights: readonly number[];
}

/**
 * Decides how many partitions each shuffle has. Producers that feed one reader agree on the number, and so do readers
 * that are joined narrowly later: equal keys then meet in equal shards.
 *
 * A histogram in the definition decides the number, the longest if there are several; otherwise it is about four times
 * the largest shard count among the readers, at most 256.
 *
 * @param shardCounts of every operation
 * @returns groups by the operation that writes into them; the readers of a group find it under any of their predecessors
 */
export function partitionGroups(
  operations: readonly CuttableOperation[],
  shardCounts: ReadonlyMap<string, number>,
  ties: EqualCounts,
): ReadonlyMap<string, PartitionGroup> {
  const readers = operations.filter(({ kind }) => kind === 'partition');
  const together = equalCounts();
  for (const reader of readers) {
    for (const producer of predecessors(reader)) together.tie(`reads:${ties.classOf(reader.id)}`, producer);
  }
  const sizes = new Map<string, PartitionGroup>();
  for (const reader of readers) {
    const name = together.classOf(predecessors(reader)[0] ?? '');
    sizes.set(name, larger(sizes.get(name), wanted(reader, shardCounts.get(reader.id) ?? 1)));
  }
  const producers = new Set(readers.flatMap((reader) => [...predecessors(reader)]));
  const groups = new Map<string, PartitionGroup>();
  for (const producer of producers) {
    const group = sizes.get(together.classOf(producer));
    if (group) groups.set(producer, group);
  }
  return groups;
}

function wanted({ partitionWeights }: CuttableOperation, shardCount: number): PartitionGroup {
  if (partitionWeights) return { partitionCount: partitionWeights.length, weights: partitionWeights };
  const partitionCount = shardCount === 1 ? 1 : Math.min(PARTITIONS_MAX, OVER_PARTITION * shardCount);
  return { partitionCount, weights: [] };
}

/** A histogram wins over a count, and the longer of two over the shorter. */
function larger(first: PartitionGroup | undefined, second: PartitionGroup): PartitionGroup {
  if (!first) return second;
  if (first.weights.length !== second.weights.length)
    return first.weights.length > second.weights.length ? first : second;
  return first.partitionCount >= second.partitionCount ? first : second;
}
