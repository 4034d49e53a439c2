import type { OperationId } from '../workflow/definition.ts';
import { backlogRanges } from './backlog-layout.ts';
import { cutRanges, type WeightedRange } from './cut-ranges.ts';
import { type CuttableOperation, narrowPredecessors } from './cuttable-operation.ts';
import type { InputLayout } from './input-layout.ts';
import type { PartitionGroup } from './partition-counts.ts';
import { partitionLayout } from './partition-layout.ts';

/** An operation with its input laid out and cut. */
export interface CutOperation {
  readonly operation: CuttableOperation;
  readonly layout: InputLayout;
  readonly ranges: readonly WeightedRange[];
  readonly outputPartitions: number;
}

/**
 * Lays out each operation's input and cuts it into its number of ranges.
 *
 * @param operations in topological order
 * @param groups the partitions that each operation writes, by the operation
 */
export function cutOperations(
  operations: readonly CuttableOperation[],
  counts: ReadonlyMap<OperationId, number>,
  groups: ReadonlyMap<OperationId, PartitionGroup>,
): readonly CutOperation[] {
  const cut = new Map<OperationId, CutOperation>();
  for (const operation of operations) {
    const layout = layoutOf(operation, cut, groups);
    const ranges = rangesOf(operation, layout, counts.get(operation.id) ?? 1);
    const outputPartitions = groups.get(operation.id)?.partitionCount ?? 1;
    cut.set(operation.id, { operation, layout, ranges, outputPartitions });
  }
  return [...cut.values()];
}

/** What has not arrived yet is cut as it was laid out: its parts are released step by step. */
function rangesOf({ estimate }: CuttableOperation, layout: InputLayout, count: number): readonly WeightedRange[] {
  if (layout.unit === 'arrival') return backlogRanges(layout);
  return withBytes(cutRanges(layout, count), layout, estimate.bytes);
}

function layoutOf(
  operation: CuttableOperation,
  cut: ReadonlyMap<OperationId, CutOperation>,
  groups: ReadonlyMap<OperationId, PartitionGroup>,
): InputLayout {
  const { kind, sourceLayout, after, estimate } = operation;
  if (kind === 'source' && sourceLayout) return sourceLayout;
  const group = groups.get(after[0]?.operation ?? '');
  if (kind === 'partition' && group) return partitionLayout(group, estimate.bytes);
  const before = cut.get(narrowPredecessors(operation)[0] ?? '');
  if (kind === 'shard' && before) return shardLayout(before.ranges, estimate.bytes);
  return {
    unit: 'whole',
    unitCount: 1,
    segments: [{ units: 1, bytes: estimate.bytes }],
    cutInside: false,
    objects: [],
  };
}

/** A predecessor's shards end to end: what each gives is taken to be in proportion to what it gets. */
function shardLayout(ranges: readonly WeightedRange[], bytes: number): InputLayout {
  const total = ranges.reduce((sum, range) => sum + range.bytes, 0);
  return {
    unit: 'shard',
    unitCount: ranges.length,
    segments: ranges.map((range) => ({
      units: 1,
      bytes: bytes * (total === 0 ? 1 / ranges.length : range.bytes / total),
    })),
    cutInside: false,
    objects: [],
  };
}

/** Where a layout knows no bytes, each range gets its share of the operation's by units. */
function withBytes(ranges: readonly WeightedRange[], layout: InputLayout, bytes: number): readonly WeightedRange[] {
  if (layout.segments.some((segment) => segment.bytes > 0)) return ranges;
  const perUnit = bytes / Math.max(1, layout.unitCount);
  return ranges.map((range) => ({ ...range, bytes: (range.end - range.start) * perUnit }));
}
