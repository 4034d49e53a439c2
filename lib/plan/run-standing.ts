import type { ShardType } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import { SHARED_VARIANCE } from '../shards/shard-spread.ts';
import { slowestFactor } from '../shards/slowest-factor.ts';
import type { AllocateRequest } from './allocate-request.ts';
import { logSpread } from './end-times.ts';
import { hopelessRuns, type RunDemand } from './hopeless-runs.ts';
import { vcpuOf } from './pool.ts';
import { checkedClaimKey, type PriorityPolicy } from './priority-policy.ts';
import { shardGraph } from './shard-graph.ts';
import type { SizedShards } from './size-shards.ts';
import { upwardRanks } from './task-graph.ts';

/** A chain is taken for so slow that it is slower in one case of three. */
const RESERVE_LEVEL = 2 / 3;

/** Where a run stands among all runs, before it is placed. */
export interface RunStanding {
  /** Its work in milliseconds of a vCPU. */
  readonly demand: RunDemand;
  /** True when it is one of those that are given up, so that most of the others are in time. */
  readonly givenUp: boolean;
  /** See `Turn`. */
  turnAt(hopeless: boolean): EpochMs;
}

/**
 * What is left of a run, and whether it is given up, by all runs' demands: see {@link hopelessRuns}.
 *
 * @complexity O((n + m) log n) for n shards and m needs
 */
export function runStanding(request: AllocateRequest, sized: SizedShards, policy: PriorityPolicy): RunStanding {
  const { run, now, startedAt = now, deadlineAt, priority, others = [] } = request;
  const pathMs = longestWay(request, sized.durationsMs);
  const slowMs = longestWay(request, slowDurations(request, sized));
  const workMs = sized.durationsMs.reduce((sum, ms, shard) => sum + ms * vcpuOf(sized.tiersMiB[shard] ?? 0), 0);
  const demand = { run, deadlineAt, workMs, pathMs, reserveMs: Math.max(0, slowMs - pathMs) };
  return {
    demand,
    // alone it stands in nobody's way
    givenUp: others.length > 0 && hopelessRuns([...others, demand], vcpuThere(request), now).has(run),
    turnAt: (hopeless) => checkedClaimKey(policy, { upwardRankMs: pathMs, startedAt, deadlineAt, priority, hopeless }),
  };
}

function longestWay({ shards, canaries }: AllocateRequest, durationsMs: Float64Array): number {
  const { graph } = shardGraph(shards, canaries);
  const nodesMs = new Float64Array(graph.taskCount);
  nodesMs.set(durationsMs);
  return upwardRanks(graph, nodesMs).reduce((longest, rank) => Math.max(longest, rank), 0);
}

/** Of each shard, how long the slowest one of its type takes; what runs is as far as it is. */
function slowDurations({ shards, speculation = false }: AllocateRequest, { durationsMs }: SizedShards): Float64Array {
  const counts = new Map<ShardType, number>();
  for (const { type, running } of shards) if (!running) counts.set(type, (counts.get(type) ?? 0) + 1);
  return durationsMs.map((durationMs, index) => {
    const shard = shards[index];
    if (!shard || shard.running) return durationMs;
    const sigma = logSpread(shard.need.durationMs);
    const stragglerShare = shard.need.stragglerShare ?? 0;
    const spread = { sigma, sharedVariance: SHARED_VARIANCE, stragglerShare, speculation };
    return durationMs * Math.max(1, slowestFactor(spread, RESERVE_LEVEL)(counts.get(shard.type) ?? 1));
  });
}

/** What all runs together may use. */
function vcpuThere({ pools, vcpuMax }: AllocateRequest): number {
  const open = pools.filter(({ state }) => state === 'open');
  return Math.min(
    vcpuMax,
    open.reduce((sum, { slotMax, memoryMiB }) => sum + slotMax * vcpuOf(memoryMiB), 0),
  );
}
