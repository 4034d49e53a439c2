import { type CuttableOperation, predecessors } from './cuttable-operation.ts';
import { type EqualCounts, equalCounts } from './equal-counts.ts';

/** Shuffles that share their number of partitions. */
export interface ShuffleGroups {
  /** The group that an operation writes into; one of its own when nobody reads its partitions. */
  groupOf(producer: string): string;
  /** The longest histogram that a reader of the group declares: the number of its partitions, and their weights. */
  readonly histograms: ReadonlyMap<string, readonly number[]>;
}

/**
 * Producers that feed one reader agree on the number of partitions, and so do readers that are joined narrowly later:
 * equal keys then meet in equal shards.
 */
export function shuffleGroups(operations: readonly CuttableOperation[], ties: EqualCounts): ShuffleGroups {
  const readers = operations.filter(({ kind }) => kind === 'partition');
  const together = equalCounts();
  for (const reader of readers) {
    for (const producer of predecessors(reader)) together.tie(`reads:${ties.classOf(reader.id)}`, producer);
  }
  const histograms = new Map<string, readonly number[]>();
  for (const reader of readers) {
    const group = together.classOf(firstProducer(reader));
    const known = histograms.get(group)?.length ?? 0;
    if (reader.partitionWeights && reader.partitionWeights.length > known)
      histograms.set(group, reader.partitionWeights);
  }
  return { groupOf: together.classOf, histograms };
}

/** Any predecessor of a reader names its group. */
export function firstProducer(reader: CuttableOperation): string {
  return predecessors(reader)[0] ?? '';
}
