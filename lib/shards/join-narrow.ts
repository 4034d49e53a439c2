import { rangeCountMax } from './cut-ranges.ts';
import type { CuttableOperation } from './cuttable-operation.ts';
import { narrowPredecessors } from './cuttable-operation.ts';
import { type EqualCounts, equalCounts } from './equal-counts.ts';
import { PARTITIONS_MAX } from './partition-counts.ts';
import { firstProducer, shuffleGroups } from './shuffle-groups.ts';

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
  const settled = [...joined.values()];
  return { operations: settled, ties, rooms: agree(settled, withHistograms(settled, rooms, ties), ties) };
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

/** A histogram decides the number of partitions for everyone who reads the shuffle. */
function withHistograms(
  operations: readonly CuttableOperation[],
  rooms: ReadonlyMap<string, number>,
  ties: EqualCounts,
): ReadonlyMap<string, number> {
  const { groupOf, histograms } = shuffleGroups(operations, ties);
  return new Map(
    operations.map((operation): [string, number] => {
      const room = rooms.get(operation.id) ?? 1;
      const reads = operation.kind === 'partition' ? histograms.get(groupOf(firstProducer(operation))) : undefined;
      return [operation.id, Math.min(room, reads?.length ?? room)];
    }),
  );
}

/** The room that all of a class have, and no more than that of the predecessors that are read shard by shard. */
function agree(
  operations: readonly CuttableOperation[],
  rooms: ReadonlyMap<string, number>,
  ties: EqualCounts,
): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  const roomOf = (id: string) => least.get(ties.classOf(id)) ?? Number.POSITIVE_INFINITY;
  for (const [id, count] of rooms) least.set(ties.classOf(id), Math.min(roomOf(id), count));
  for (let pass = 0, shrinking = true; shrinking && pass <= operations.length; pass += 1) {
    shrinking = false;
    for (const operation of operations) {
      for (const before of narrowPredecessors(operation)) {
        if (roomOf(before) >= roomOf(operation.id)) continue;
        least.set(ties.classOf(operation.id), roomOf(before));
        shrinking = true;
      }
    }
  }
  return new Map(operations.map(({ id }) => [id, roomOf(id)]));
}
