import type { DurationMs } from '../core/quantity.ts';
import type { AllocateRequest } from './allocate-request.ts';
import { makespanBound } from './makespan-bound.ts';
import { vcpuOf } from './pool.ts';
import type { Bin, TaskClass } from './schedule-problem.ts';
import type { ShardGraph } from './shard-graph.ts';
import type { SizedShards } from './size-shards.ts';

/**
 * A time that no plan of a run that has not begun can undercut, whatever its order: the makespan bound of the shards, as
 * they were cut and sized, over all vCPUs as one bin, and over the slots of each tier; the larger. Slots that other runs
 * hold count as free, so the bound holds, and what they cost is part of the gap.
 *
 * @param knownMs the length of a plan, from now
 * @complexity see {@link makespanBound}, once and for each tier
 */
export function planBound(
  request: AllocateRequest,
  { graph, sized }: { readonly graph: ShardGraph; readonly sized: SizedShards },
  knownMs: DurationMs,
): DurationMs {
  const { startDelayMs } = request;
  const durationsMs = new Float64Array(graph.graph.taskCount);
  durationsMs.set(sized.durationsMs);
  const boundOf = (vcpu: number, counts: (tierMiB: number) => boolean) =>
    makespanBound(
      { graph: graph.graph, durationsMs, bins: [binOf(vcpu)], ...classesOf(sized, graph.graph.taskCount, counts) },
      Math.max(0, knownMs - startDelayMs),
    );
  const wholeMs = boundOf(
    Math.min(
      request.vcpuMax,
      slotVcpu(request, () => true),
    ),
    () => true,
  );
  const byTierMs = [...new Set(sized.tiersMiB)].map((tier) => {
    const vcpu = slotVcpu(request, (memoryMiB) => memoryMiB === tier);
    return vcpu > 0 ? boundOf(vcpu, (one) => one === tier) : 0;
  });
  return Math.min(knownMs, startDelayMs + Math.max(wholeMs, ...byTierMs));
}

function binOf(vcpu: number): Bin {
  return { vcpu, memoryMiB: Number.POSITIVE_INFINITY };
}

function slotVcpu({ pools }: AllocateRequest, counts: (memoryMiB: number) => boolean): number {
  return pools
    .filter(({ state, memoryMiB }) => state === 'open' && counts(memoryMiB))
    .reduce((sum, { memoryMiB, slotMax }) => sum + vcpuOf(memoryMiB) * slotMax, 0);
}

/** Shards of tiers that do not count take their time and no room, as barriers do. */
function classesOf(
  { tiersMiB }: SizedShards,
  taskCount: number,
  counts: (tierMiB: number) => boolean,
): { readonly classes: readonly TaskClass[]; readonly classOf: Int32Array } {
  const tiers = [...new Set(tiersMiB)].filter(counts);
  const classes = tiers.map((tier): TaskClass => ({ vcpu: vcpuOf(tier), memoryMiB: 0, bins: [0] }));
  const classOf = Int32Array.from({ length: taskCount }, (_, task) => tiers.indexOf(tiersMiB[task] ?? 0) + 1);
  return { classes: [{ vcpu: 0, memoryMiB: 0, bins: [] }, ...classes], classOf };
}
