import { byCodeUnit } from '../core/by-code-unit.ts';
import { mostAtOnce } from '../core/most-at-once.ts';
import type { Random } from '../core/random.ts';
import type { AllocateRequest } from './allocate-request.ts';
import { type EndTimes, endTimes, logSpread } from './end-times.ts';
import type { CapacityOverTime, VcpuGain } from './granted-capacity.ts';
import type { PlacedShard } from './place-shards.ts';
import type { SlotGrant } from './plan.ts';
import { vcpuOf } from './pool.ts';
import { rankText } from './rank-shards.ts';
import type { ShardGraph } from './shard-graph.ts';

export interface PlacedPlan {
  readonly placed: readonly PlacedShard[];
  readonly graph: ShardGraph;
  /** Order of claims, the lowest first. */
  readonly keys: Float64Array;
  /** The slots that it was given for them. */
  readonly granted: readonly SlotGrant[];
  readonly drawMax?: number | undefined;
  /** Whether a user is told the chance of the deadline: see {@link endTimes}. */
  readonly stated?: boolean | undefined;
}

/**
 * When a placed run may end: see {@link endTimes}. It has the vCPUs that its plan has at the most, as soon as other
 * runs' holds leave them.
 *
 * @returns nothing when a shard has no place
 */
export function planEndTimes(request: AllocateRequest, plan: PlacedPlan, random: Random): EndTimes | undefined {
  const { placed, graph, keys, granted, drawMax, stated } = plan;
  if (placed.some(({ startMs, pool }) => !Number.isFinite(startMs) || pool === undefined)) return undefined;
  const { taskCount } = graph.graph;
  const types = new Map([...new Set(request.shards.map(({ type }) => type))].map((type, number) => [type, number]));
  const memoryOf = new Map(request.pools.map(({ id, memoryMiB }) => [id, memoryMiB]));
  const perNode = (value: (shard: number) => number) =>
    Float64Array.from({ length: taskCount }, (_, node) => (node < placed.length ? value(node) : 0));
  const vcpus = perNode((node) => vcpuOf(memoryOf.get(placed[node]?.pool ?? '') ?? 0));
  return endTimes(
    {
      graph: graph.graph,
      drawMax,
      statedMs: stated ? request.deadlineAt - request.now : undefined,
      keys: claimTurns(request, keys),
      vcpus,
      opensMs: perNode((node) => request.shards[node]?.arrival?.opensInMs ?? 0),
      capacity: capacityOf(request, granted, mostVcpu(placed, vcpus)),
      durationsMs: perNode((node) => (placed[node]?.endMs ?? 0) - (placed[node]?.startMs ?? 0)),
      sigmas: perNode((node) => spread(request, node)),
      stragglerShares: perNode((node) => request.shards[node]?.need.stragglerShare ?? 0),
      speculation: request.speculation,
      typeOf: Int32Array.from(perNode((node) => types.get(request.shards[node]?.type ?? '') ?? 0)),
    },
    random,
  );
}

/** Of each node, its place in the order of claims, which is that of the ranks' texts; what runs holds its slot already. */
function claimTurns({ shards }: AllocateRequest, keys: Float64Array): Float64Array {
  const ranks = shards.map(({ id, running }, node) => (running ? '' : rankText(keys[node] ?? 0, id)));
  const turns = new Float64Array(keys.length);
  const order = [...ranks.keys()].sort((a, b) => byCodeUnit(ranks[a] ?? '', ranks[b] ?? '') || a - b);
  for (const [turn, node] of order.entries()) turns[node] = turn;
  return turns;
}

function spread({ shards }: AllocateRequest, node: number): number {
  const need = shards[node]?.need;
  return need ? logSpread(need.durationMs) : 0;
}

/** The most vCPUs that the plan uses at a time. */
function mostVcpu(placed: readonly PlacedShard[], vcpus: Float64Array): number {
  const uses = placed.map(({ shard, startMs, endMs }) => ({ from: startMs, until: endMs, weight: vcpus[shard] ?? 0 }));
  // what has no time left takes a slot all the same
  return vcpus.reduce((most, vcpu) => Math.max(most, vcpu), mostAtOnce(uses));
}

function capacityOf(request: AllocateRequest, granted: readonly SlotGrant[], peakVcpu: number): CapacityOverTime {
  const { now, pools, shards, startDelayMs } = request;
  const memoryOf = new Map(pools.map(({ id, memoryMiB }) => [id, memoryMiB]));
  const begun = shards.some(({ running }) => running);
  const gains = freeVcpu(request, peakVcpu);
  return {
    gains,
    grants: granted.map(({ pool, slotCount, from, until }) => ({
      fromMs: from - now,
      untilMs: until - now,
      vcpu: slotCount * vcpuOf(memoryOf.get(pool) ?? 0),
    })),
    peakVcpu,
    startDelayMs,
    // a run that has begun holds its slots
    startedVcpu: begun ? (gains[0]?.vcpu ?? 0) : 0,
  };
}

/** What other runs leave, as their holds end. */
function freeVcpu({ run, now, pools, ledgers, vcpuMax }: AllocateRequest, peak: number): readonly VcpuGain[] {
  const memoryOf = new Map(pools.map(({ id, memoryMiB }) => [id, memoryMiB]));
  const others = ledgers
    .flatMap(({ pool, holds }) =>
      holds.map((hold) => ({ ...hold, vcpu: hold.slotCount * vcpuOf(memoryOf.get(pool) ?? 0) })),
    )
    .filter((hold) => hold.run !== run && hold.until > now)
    .sort((a, b) => a.until - b.until);
  const free = vcpuMax - others.reduce((sum, { vcpu }) => sum + vcpu, 0);
  let there = Math.max(0, Math.min(peak, free));
  const gains = [{ atMs: 0, vcpu: there }];
  for (const { until, vcpu } of others) {
    const gain = Math.min(vcpu, peak - there);
    there += gain;
    if (gain > 0) gains.push({ atMs: until - now, vcpu: gain });
  }
  return gains;
}
