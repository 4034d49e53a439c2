import type { DurationMs } from '../core/quantity.ts';
import type { OperationId } from '../workflow/definition.ts';
import { backlogSpanMs, streamOf } from './backlog-layout.ts';
import { type CountRequest, countShards, type ShardCounts } from './count-shards.ts';
import { type CriticalPath, criticalPath } from './critical-path.ts';
import { type CutOperation, cutOperations } from './cut-operations.ts';
import { predecessors } from './cuttable-operation.ts';
import { cuttableOperations, type OperationFacts } from './cuttable-operations.ts';
import { operationMs } from './duration-curve.ts';
import { fuseChains } from './fuse-chains.ts';
import { joinNarrow } from './join-narrow.ts';
import { linkShards } from './link-shards.ts';
import { partitionGroups } from './partition-counts.ts';
import type { ShardedOperation, Sharding } from './sharding.ts';

/** A shard longer than this is cut further, whatever the deadline: less than a third of Lambda's 900 s are then lost. */
const SHARD_MAX_MS = 300_000;

export interface ShardRequest extends OperationFacts {
  readonly timeLeftMs: DurationMs;
  /** How many shards can run at once: more in one operation would only wait. */
  readonly slotMax: number;
  /** Probability with which the deadline must be met. */
  readonly chance: number;
  /** How much uncertain durations count, as a power: 0 takes predictions for certain. @default 1 */
  readonly caution?: number;
  /** Shard counts that are decided already, by operation. @default none */
  readonly counts?: ReadonlyMap<OperationId, number>;
  /** True when a late shard gets a copy while it runs. @default false */
  readonly speculation?: boolean;
  /** Longest planned time of one shard. @default 300 s */
  readonly shardMaxMs?: DurationMs;
}

/**
 * Cuts a workflow into shards: as few as meet its deadline (objective `deadline` or `cost`), or as many as run at once
 * and pay (`latency`).
 *
 * An operation with an `input` cuts it. One that comes after `wide` edges alone cuts the key partitions of the shuffle.
 * One with `narrow` edges gets ranges of their shards, and reads the whole of every `wide` one (a broadcast). With
 * `divisible: false` there is one shard, which reads everything.
 *
 * @param request n operations with m edges, and what is known of them
 * @throws {ForeshardError} `DeadlineUnreachable` with the earliest deadline; `CyclicWorkflow`, `DanglingEdge`;
 *   `InvalidInput` when a layout or an estimate is missing
 */
export function shardWorkflow(request: ShardRequest): Sharding {
  const counting = countRequest(request);
  const operations = cuttableOperations(request);
  const apart = countShards(joinNarrow(operations), counting);
  const joined = joinNarrow(fuseChains(operations, apart.counts));
  const counted = countShards(joined, counting);
  const groups = partitionGroups(joined.operations, counted.counts, joined.ties);
  const cut = cutOperations(joined.operations, counted.counts, groups);
  return sharding(cut, counted);
}

function countRequest({
  workflow,
  timeLeftMs,
  slotMax,
  chance,
  caution = 1,
  speculation = false,
  counts,
  shardMaxMs = SHARD_MAX_MS,
}: ShardRequest): CountRequest {
  return { timeLeftMs, slotMax, shardMaxMs, chance, caution, speculation, counts, objective: workflow.objective };
}

function sharding(cut: readonly CutOperation[], counted: ShardCounts): Sharding {
  const planned = pathAt(cut, counted, counted.level);
  return {
    operations: cut.map((one) => describe(one, counted, planned)),
    shards: [...linkShards(cut)],
    criticalPath: { operations: [...planned.path], lengthMs: planned.lengthMs },
    shardCountBound: counted.least.bound,
    expectedLengthMs: pathAt(cut, counted, 0.5).lengthMs,
  };
}

/** The critical path when every operation takes the time that it keeps with probability `level`, as it was cut. */
function pathAt(cut: readonly CutOperation[], { limits, quantileOf }: ShardCounts, level: number): CriticalPath {
  return criticalPath(
    cut.map(({ operation, ranges }) => {
      const total = ranges.reduce((sum, { bytes }) => sum + bytes, 0);
      const largest = ranges.reduce((most, { bytes }) => Math.max(most, bytes), 0);
      const share = total === 0 ? 1 / ranges.length : largest / total;
      const slotMax = limits.get(operation.id)?.slotMax ?? 1;
      const stream = streamOf(operation.source);
      if (stream) return { id: operation.id, after: predecessors(operation), durationMs: backlogSpanMs(stream) };
      const durationMs = operationMs(
        operation.estimate,
        { slotMax, largestShare: () => share },
        { count: ranges.length, quantile: quantileOf(operation.estimate, level) },
      );
      return { id: operation.id, after: predecessors(operation), durationMs: Math.round(durationMs) };
    }),
  );
}

function describe(
  { operation, layout, ranges, outputPartitions }: CutOperation,
  { least }: ShardCounts,
  { timings, path }: CriticalPath,
): ShardedOperation {
  return {
    id: operation.id,
    steps: [...operation.steps],
    type: operation.type,
    after: [...operation.after],
    ...(operation.source && { source: operation.source }),
    layout,
    outputPartitions,
    replicate: operation.replicate,
    shardCount: ranges.length,
    leastShardCount: least.stages.get(operation.id)?.leastShardCount ?? 1,
    workMs: operation.estimate.workMs,
    slackMs: timings.get(operation.id)?.slackMs ?? 0,
    onCriticalPath: path.includes(operation.id),
  };
}
