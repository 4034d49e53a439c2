import { rangeCountMax } from './cut-ranges.ts';
import type { CuttableOperation } from './cuttable-operation.ts';
import { narrowPredecessors } from './cuttable-operation.ts';
import { type EqualCounts, equalCounts } from './equal-counts.ts';
import { PARTITIONS_MAX } from './partition-counts.ts';

export interface JoinedOperations {
  readonly operations: readonly CuttableOperation[];
  /** Operations of one class are cut into the same number of shards. */
  readonly ties: EqualCounts;
  /** The most shards that each operation's input has room for. */
  readonly rooms: ReadonlyMap<string, number>;
}

/**
 * Makes shard i of several narrow predecessors belong together: they, and the narrow chains that lead to them, get the
 * same number of shards. Where that cannot be, because one of them is a single shard and another is not, their
 * successor is not cut at all: one shard reads everything.
 *
 * @param operations in topological order
 */
export function joinNarrow(operations: readonly CuttableOperation[]): JoinedOperations {
  const ties = equalCounts();
  const joined = new Map<string, CuttableOperation>();
  const rooms = new Map<string, number>();
  for (const operation of operations) {
    const before = narrowPredecessors(operation);
    const single = before.filter((id) => rooms.get(id) === 1).length;
    const apart = before.length > 1 && single > 0 && single < before.length;
    const settled: CuttableOperation = apart ? { ...operation, kind: 'whole' } : operation;
    joined.set(settled.id, settled);
    if (!apart && before.length > 1 && single === 0) tieChains(before, joined, ties);
    rooms.set(settled.id, room(settled, rooms));
  }
  return { operations: [...joined.values()], ties, rooms: leastOfClass(rooms, ties) };
}

function tieChains(before: readonly string[], joined: ReadonlyMap<string, CuttableOperation>, ties: EqualCounts): void {
  const first = before[0] ?? '';
  const open = [...before];
  const seen = new Set(open);
  for (const id of open) {
    ties.tie(first, id);
    const operation = joined.get(id);
    for (const earlier of operation ? narrowPredecessors(operation) : []) {
      if (!seen.has(earlier)) open.push(earlier);
      seen.add(earlier);
    }
  }
}

/** The smallest unit that an operation may be cut to is in bytes of its input. */
function room(operation: CuttableOperation, rooms: ReadonlyMap<string, number>): number {
  const { kind, divisible, estimate, sourceLayout, partitionWeights } = operation;
  if (kind === 'whole' || divisible === false) return 1;
  const byBytes = divisible === true ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(estimate.bytes / divisible));
  if (kind === 'source') return Math.min(byBytes, sourceLayout ? rangeCountMax(sourceLayout) : 1);
  if (kind === 'partition') return Math.min(byBytes, partitionWeights?.length ?? PARTITIONS_MAX);
  return Math.min(byBytes, ...narrowPredecessors(operation).map((id) => rooms.get(id) ?? 1));
}

function leastOfClass(rooms: ReadonlyMap<string, number>, ties: EqualCounts): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  for (const [id, count] of rooms) {
    const name = ties.classOf(id);
    least.set(name, Math.min(least.get(name) ?? count, count));
  }
  return new Map([...rooms.keys()].map((id) => [id, least.get(ties.classOf(id)) ?? 1]));
}
