import type { Bytes } from '../core/quantity.ts';
import type { InputLayout } from './input-layout.ts';
import type { PartitionGroup } from './partition-counts.ts';

/** The layout of a shuffle's output: partitions end to end, the bytes shared out by the key histogram. */
export function partitionLayout({ partitionCount, weights }: PartitionGroup, bytes: Bytes): InputLayout {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const share = (index: number) => (total === 0 ? 1 / partitionCount : (weights[index] ?? 0) / total);
  return {
    unit: 'partition',
    unitCount: partitionCount,
    segments: Array.from({ length: partitionCount }, (_, index) => ({ units: 1, bytes: share(index) * bytes })),
    cutInside: false,
    objects: [],
  };
}
