import type { DurationMs } from '../core/quantity.ts';
import type { OperationId } from '../workflow/definition.ts';
import { type CuttableOperation, predecessors } from './cuttable-operation.ts';
import type { WorkEstimate } from './work-estimate.ts';

/** A shard may always grow to this many times what starting it costs: the start is then a tenth of it. */
const FIXED_SHARES_MAX = 10;
/** ... or this much longer than the longest shard that there is without it. */
const GROWTH_MAX = 1.1;
/** Tasks whose memory differs more than this stay apart: the small one would pay for the large one's tier. */
const MEMORY_RATIO_MAX = 2;

/**
 * Fuses chains of operations linked one-to-one, where the later one is too small to pay for shards of its own.
 *
 * Two operations are fused when the second has the first as its only predecessor, by a narrow edge, the first has no
 * other consumer and no replica, and
 * - the smaller one's work in a shard is less than what starting a shard costs, and
 * - the fused shard is at most a tenth longer than the longest shard that the workflow has anyway, or ten starts long.
 *
 * No path becomes longer: the second task could not start before the first had ended, and one start falls away. By the
 * second rule shards stay small enough to balance: list scheduling ends at most one longest shard after the bound of
 * work / slots and longest path.
 *
 * @param operations in topological order
 * @param shardCounts of every operation, as if nothing were fused
 * @returns the operations that are left, in topological order; a fused one bears the name of its last
 * @complexity O(n + m)
 */
export function fuseChains(
  operations: readonly CuttableOperation[],
  shardCounts: ReadonlyMap<OperationId, number>,
): readonly CuttableOperation[] {
  const consumerCounts = countConsumers(operations);
  const shardMs = ({ id, estimate }: CuttableOperation) => estimate.workMs / (shardCounts.get(id) ?? 1);
  const longestMs = operations.reduce((most, one) => Math.max(most, one.estimate.fixedMs + shardMs(one)), 0);
  const kept = new Map<OperationId, CuttableOperation>();
  for (const operation of operations) {
    const first = onlyNarrowPredecessor(operation, kept);
    const fused =
      first && consumerCounts.get(first.id) === 1 && pays(first, operation, { shardCounts, longestMs })
        ? fuse(first, operation)
        : operation;
    if (first && fused !== operation) kept.delete(first.id);
    kept.set(fused.id, fused);
  }
  return [...kept.values()];
}

function countConsumers(operations: readonly CuttableOperation[]): ReadonlyMap<OperationId, number> {
  const counts = new Map<OperationId, number>();
  for (const operation of operations) {
    for (const id of predecessors(operation)) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** The one operation that this one takes everything from, shard by shard. */
function onlyNarrowPredecessor(
  { after, source }: CuttableOperation,
  kept: ReadonlyMap<OperationId, CuttableOperation>,
): CuttableOperation | undefined {
  const [only, ...others] = after;
  return only && others.length === 0 && !source && only.edge === 'narrow' ? kept.get(only.operation) : undefined;
}

function pays(
  first: CuttableOperation,
  second: CuttableOperation,
  bounds: { readonly shardCounts: ReadonlyMap<OperationId, number>; readonly longestMs: DurationMs },
): boolean {
  const count = bounds.shardCounts.get(first.steps.at(-1)?.operation ?? first.id) ?? 1;
  if (second.divisible === false && count > 1) return false;
  const fixedMs = Math.max(first.estimate.fixedMs, second.estimate.fixedMs);
  const fusedMs = fixedMs + (first.estimate.workMs + second.estimate.workMs) / count;
  const smallerMs = Math.min(first.estimate.workMs, second.estimate.workMs) / count;
  const boundMs = Math.max(GROWTH_MAX * bounds.longestMs, FIXED_SHARES_MAX * fixedMs);
  return !first.replicate && smallerMs < fixedMs && fusedMs <= boundMs && alike(first.estimate, second.estimate);
}

function alike(first: WorkEstimate, second: WorkEstimate): boolean {
  const [less, more] = [first.memoryMiB, second.memoryMiB].sort((a, b) => a - b);
  return (more ?? 0) <= MEMORY_RATIO_MAX * (less ?? 0);
}

function fuse(first: CuttableOperation, second: CuttableOperation): CuttableOperation {
  return {
    ...first,
    id: second.id,
    steps: [...first.steps, ...second.steps],
    type: `${first.type}+${second.type}`,
    kind: second.divisible === false && first.kind !== 'source' ? 'whole' : first.kind,
    divisible: coarser(first.divisible, second.divisible),
    replicate: second.replicate,
    estimate: fuseEstimates(first.estimate, second.estimate),
  };
}

function coarser(
  first: CuttableOperation['divisible'],
  second: CuttableOperation['divisible'],
): CuttableOperation['divisible'] {
  if (first === false || second === false) return false;
  if (first === true) return second;
  return second === true ? first : Math.max(first, second);
}

/** Works add up; the spread is that of a sum of independent durations. */
function fuseEstimates(first: WorkEstimate, second: WorkEstimate): WorkEstimate {
  const workMs = first.workMs + second.workMs;
  const share = workMs === 0 ? 0 : first.workMs / workMs;
  const lastShardCount = first.lastShardCount ?? second.lastShardCount;
  return {
    workMs,
    fixedMs: Math.max(first.fixedMs, second.fixedMs),
    perShardMs: Math.max(first.perShardMs, second.perShardMs),
    skew: workMs === 0 ? 1 : share * first.skew + (1 - share) * second.skew,
    stragglerShare: Math.max(first.stragglerShare ?? 0, second.stragglerShare ?? 0),
    sigma: Math.hypot(share * first.sigma, (1 - share) * second.sigma),
    ...(lastShardCount !== undefined && { lastShardCount }),
    bytes: first.bytes,
    memoryMiB: Math.max(first.memoryMiB, second.memoryMiB),
  };
}
