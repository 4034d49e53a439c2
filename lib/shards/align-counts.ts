import { type CuttableOperation, narrowPredecessors } from './cuttable-operation.ts';
import type { EqualCounts } from './equal-counts.ts';

/**
 * Raises shard counts to what narrow edges ask for: operations that are joined have equal counts, no operation has more
 * shards than its narrow predecessor, and the predecessor's shards spread over it as evenly as was counted on.
 *
 * @param operations in topological order
 * @returns counts that are nowhere lower, unless joined operations had to agree
 * @complexity O((n + m) · passes); a pass is repeated only when counts rose, at most n times
 */
export function alignCounts(
  operations: readonly CuttableOperation[],
  wanted: ReadonlyMap<string, number>,
  ties: EqualCounts,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const countOf = (id: string) => counts.get(ties.classOf(id)) ?? 1;
  const raise = (id: string, count: number): boolean => {
    const rises = count > countOf(id);
    if (rises) counts.set(ties.classOf(id), count);
    return rises;
  };
  for (const { id } of operations) raise(id, wanted.get(id) ?? 1);
  for (let pass = 0, rising = true; rising && pass <= operations.length; pass += 1) {
    rising = false;
    for (const operation of operations.toReversed()) {
      for (const before of narrowPredecessors(operation)) rising = raise(before, countOf(operation.id)) || rising;
    }
    for (const operation of operations) {
      const [before] = narrowPredecessors(operation);
      if (before !== undefined) rising = raise(operation.id, even(countOf(before), countOf(operation.id))) || rising;
    }
  }
  return new Map(operations.map(({ id }) => [id, countOf(id)]));
}

/**
 * The least count, not below the wanted one, whose largest range of predecessors' shards is no larger than their mean
 * over the wanted count: 11 over 8 would leave ranges of 2, so it is 11 over 11.
 */
function even(beforeCount: number, count: number): number {
  return Math.ceil(beforeCount / Math.max(1, Math.floor(beforeCount / count)));
}
