import type { DurationMs } from '../core/quantity.ts';
import type { Objective, OperationId } from '../workflow/definition.ts';
import { alignCounts } from './align-counts.ts';
import { backlogSpanMs, streamOf } from './backlog-layout.ts';
import { largestShare } from './cut-ranges.ts';
import { type CuttableOperation, predecessors } from './cuttable-operation.ts';
import { type CountLimits, type DurationCurve, durationCurve } from './duration-curve.ts';
import { fastestCount } from './fastest-count.ts';
import type { JoinedOperations } from './join-narrow.ts';
import { deadlineUnreachable, type LeastCounts, leastShardCounts } from './least-shard-counts.ts';
import { PARTITIONS_MAX } from './partition-counts.ts';
import { partitionLayout } from './partition-layout.ts';
import { SHARED_VARIANCE } from './shard-spread.ts';
import { type SpreadQuantile, spreadQuantile } from './spread-quantile.ts';
import type { WorkEstimate } from './work-estimate.ts';

/** Shards that a slot may have one after the other: small ones end together, whatever their sizes. */
const SHARDS_PER_SLOT_MAX = 6;
/** Inputs with more segments than this are taken as evenly divisible: they are, nearly. */
const SEGMENTS_LOOKED_AT_MAX = 512;

export interface CountRequest {
  readonly timeLeftMs: DurationMs;
  /** How many shards can run at once. */
  readonly slotMax: number;
  /** Longest time that one shard may be planned to take. */
  readonly shardMaxMs: DurationMs;
  /** Probability with which the deadline must be met. */
  readonly chance: number;
  /** Power of what uncertain durations cost: 0 takes predictions for certain, 1 believes the formula. */
  readonly caution: number;
  /** True when a late shard gets a copy. */
  readonly speculation: boolean;
  readonly objective: Objective;
  /** Decided elsewhere: operations that are named here get these, as far as their limits allow. */
  readonly counts?: ReadonlyMap<OperationId, number> | undefined;
}

export interface ShardCounts {
  readonly counts: ReadonlyMap<OperationId, number>;
  readonly least: LeastCounts;
  readonly limits: ReadonlyMap<OperationId, CountLimits>;
  /** How uncertain durations count for an operation, at the given probability. */
  quantileOf(estimate: WorkEstimate, level: number): SpreadQuantile;
  /** The probability that is asked of each operation, so that all of a chain keep theirs. */
  readonly level: number;
}

/**
 * Decides into how many shards each operation is cut. `deadline` and `cost`: the fewest with which the workflow ends in
 * time, because money grows with the number of shards only. `latency`: those with which it ends soonest.
 *
 * @throws {ForeshardError} `DeadlineUnreachable`, with the earliest deadline
 */
export function countShards({ operations, rooms, ties }: JoinedOperations, request: CountRequest): ShardCounts {
  refuseTooMuchWork(operations, request);
  const level = request.chance ** (1 / Math.max(1, longestUncertainChain(operations)));
  const quantileOf = quantiles(request);
  const limits = new Map(operations.map((one) => [one.id, limitsOf(one, rooms.get(one.id) ?? 1, request)]));
  const curveAt = (one: CuttableOperation, quantile: SpreadQuantile) =>
    curveOf(one, limits.get(one.id) ?? NO_LIMITS, quantile);
  const stages = operations.map((one) => ({
    id: one.id,
    after: predecessors(one),
    curve: curveAt(one, quantileOf(one.estimate, level)),
  }));
  const least = leastShardCounts(stages, request.timeLeftMs);
  const fast = quantiles({ ...request, caution: 1 });
  const fastest = (one: CuttableOperation) =>
    fastestCount(curveAt(one, fast(one.estimate, level)), one.estimate, request.slotMax);
  const wanted = new Map(
    operations.map((one): [string, number] => {
      const given = within(request.counts?.get(one.id), limits.get(one.id) ?? NO_LIMITS);
      if (given !== undefined) return [one.id, given];
      return [one.id, request.objective === 'latency' ? fastest(one) : (least.stages.get(one.id)?.shardCount ?? 1)];
    }),
  );
  return { counts: alignCounts(operations, wanted, ties), least, limits, level, quantileOf };
}

/** Operations of like spread share their quantiles: the spread is taken to its next hundredth, upwards. */
function quantiles({ caution, speculation }: Pick<CountRequest, 'caution' | 'speculation'>): ShardCounts['quantileOf'] {
  const known = new Map<string, SpreadQuantile>();
  return ({ sigma, stragglerShare = 0 }, level) => {
    const spread = {
      sigma: Math.ceil(sigma * 100) / 100,
      sharedVariance: SHARED_VARIANCE,
      stragglerShare: Math.ceil(stragglerShare * 100) / 100,
      speculation,
    };
    const key = `${spread.sigma} ${spread.stragglerShare} ${level}`;
    const quantile = known.get(key) ?? spreadQuantile(spread, { level, caution });
    known.set(key, quantile);
    return quantile;
  };
}

function within(count: number | undefined, { floor, cap }: CountLimits): number | undefined {
  return count === undefined ? undefined : Math.min(cap, Math.max(floor, count));
}

/** A backlog is open as long as its stream says, whatever its number of shards; what comes last has its lag. */
function curveOf(
  { source, estimate }: CuttableOperation,
  limits: CountLimits,
  quantile: SpreadQuantile,
): DurationCurve {
  const stream = streamOf(source);
  if (!stream) return durationCurve(estimate, limits, quantile);
  return { counts: [limits.floor], timesMs: [backlogSpanMs(stream)] };
}

/** No shard count makes work shorter than its slots allow. */
function refuseTooMuchWork(operations: readonly CuttableOperation[], { slotMax, timeLeftMs }: CountRequest): void {
  const workMs = operations.reduce((sum, { estimate }) => sum + estimate.workMs, 0);
  const earliestMs = workMs / Math.max(1, slotMax);
  if (earliestMs > timeLeftMs) throw deadlineUnreachable(timeLeftMs, earliestMs);
}

/** The most operations with uncertain durations that follow one another. */
function longestUncertainChain(operations: readonly CuttableOperation[]): number {
  const lengths = new Map<OperationId, number>();
  let longest = 0;
  for (const operation of operations) {
    let before = 0;
    for (const id of predecessors(operation)) before = Math.max(before, lengths.get(id) ?? 0);
    const length = before + (operation.estimate.sigma > 0 ? 1 : 0);
    lengths.set(operation.id, length);
    longest = Math.max(longest, length);
  }
  return longest;
}

function limitsOf(operation: CuttableOperation, room: number, request: CountRequest): CountLimits {
  const { slotMax, shardMaxMs } = request;
  if (operation.sourceLayout?.unit === 'arrival') {
    const count = operation.sourceLayout.segments.length;
    return { floor: count, cap: count, slotMax, largestShare: () => 1 / count };
  }
  const { workMs, skew } = operation.estimate;
  const floor = Math.min(room, Math.max(1, Math.ceil((workMs * skew) / shardMaxMs)));
  const cap = Math.max(floor, Math.min(room, SHARDS_PER_SLOT_MAX * Math.max(1, slotMax)));
  return { floor, cap, slotMax, largestShare: sharesOf(operation) };
}

/** How uneven the cuts of an operation's input are, as far as that is known before its predecessors are cut. */
function sharesOf({ kind, sourceLayout, partitionWeights }: CuttableOperation): CountLimits['largestShare'] {
  if (kind === 'source' && sourceLayout && !sourceLayout.cutInside) {
    if (sourceLayout.segments.length <= SEGMENTS_LOOKED_AT_MAX) return (count) => largestShare(sourceLayout, count);
  }
  if (kind === 'partition' && partitionWeights) {
    const layout = partitionLayout({ partitionCount: partitionWeights.length, weights: partitionWeights }, 1);
    return (count) => largestShare(layout, count);
  }
  if (kind === 'partition') return (count) => partitionShare(count);
  return (count) => 1 / count;
}

const NO_LIMITS: CountLimits = { floor: 1, cap: 1, slotMax: 1, largestShare: () => 1 };

/** With four partitions per shard all are equal; from 64 shards on, 256 partitions no longer divide evenly. */
function partitionShare(count: number): number {
  return count <= PARTITIONS_MAX / 4 ? 1 / count : Math.ceil(PARTITIONS_MAX / count) / PARTITIONS_MAX;
}
