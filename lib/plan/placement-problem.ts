import type { MemoryMiB } from '../core/quantity.ts';
import type { AllocateRequest } from './allocate-request.ts';
import { type Pool, REGIONAL, vcpuOf } from './pool.ts';
import type { CapacityGain, ScheduleProblem, TaskClass } from './schedule-problem.ts';
import type { ShardGraph } from './shard-graph.ts';

export interface PlacementRequest {
  readonly request: AllocateRequest;
  readonly graph: ShardGraph;
  /** Of each shard, in its tier; what is left of it when it runs already. */
  readonly durationsMs: Float64Array;
  /** The tier of each shard. */
  readonly tiersMiB: readonly MemoryMiB[];
}

/**
 * The open shards as tasks, and the pools as bins: a shard uses one slot of its tier, and the slot's vCPUs of what all
 * pools together have; slots of other runs come free when their holds end, those of shards that run already when these
 * end.
 */
export function placementProblem(placing: PlacementRequest): ScheduleProblem {
  const { request, graph } = placing;
  const tiers = [...new Set(placing.tiersMiB)].sort((a, b) => a - b);
  const { free, gains, vcpuFree } = freeOverTime(placing);
  return {
    graph: graph.graph,
    durationsMs: nodeDurations(placing),
    classOf: nodeClasses(placing, tiers),
    classes: [BARRIER, ...tiers.map((tier) => tierClass(tier, request.pools))],
    bins: free.map((vcpu) => ({ vcpu, memoryMiB: Number.POSITIVE_INFINITY })),
    gains,
    vcpuMax: vcpuFree,
    releasesMs: releaseTimes(placing),
  };
}

const BARRIER: TaskClass = { vcpu: 0, memoryMiB: 0, bins: [] };

/** A running shard is a barrier that opens when it ends: its slot is taken out of the pool, and comes back then. */
function nodeDurations({ request, graph, durationsMs }: PlacementRequest): Float64Array {
  const nodes = new Float64Array(graph.graph.taskCount);
  for (const [shard, { running }] of request.shards.entries()) nodes[shard] = running ? 0 : (durationsMs[shard] ?? 0);
  return nodes;
}

function nodeClasses({ request, graph, tiersMiB }: PlacementRequest, tiers: readonly MemoryMiB[]): Int32Array {
  const classOfTier = new Map(tiers.map((tier, index) => [tier, index + 1]));
  const nodes = new Int32Array(graph.graph.taskCount);
  for (const [shard, { running }] of request.shards.entries()) {
    nodes[shard] = running ? 0 : (classOfTier.get(tiersMiB[shard] ?? 0) ?? 0);
  }
  return nodes;
}

function tierClass(tierMiB: MemoryMiB, pools: readonly Pool[]): TaskClass {
  const open = [...pools.entries()].filter(([, { state, memoryMiB }]) => state === 'open' && memoryMiB === tierMiB);
  const bins = open.filter(([, { zone }]) => zone !== REGIONAL).map(([bin]) => bin);
  const overflow = open.filter(([, { zone }]) => zone === REGIONAL).map(([bin]) => bin);
  return { vcpu: vcpuOf(tierMiB), memoryMiB: 0, bins, overflow };
}

/** Before its input is there, or the run's first slots have started, nothing can run; a running shard ends after what is left of it. */
function releaseTimes({ request, graph, durationsMs }: PlacementRequest): Float64Array {
  const firstStartMs = request.shards.some(({ running }) => running) ? 0 : request.startDelayMs;
  const nodes = new Float64Array(graph.graph.taskCount);
  for (const [shard, { running, arrival }] of request.shards.entries()) {
    nodes[shard] = running ? (durationsMs[shard] ?? 0) : Math.max(firstStartMs, arrival?.opensInMs ?? 0);
  }
  return nodes;
}

interface FreeOverTime {
  /** vCPUs of each pool that are free now. */
  readonly free: readonly number[];
  readonly gains: readonly CapacityGain[];
  readonly vcpuFree: number;
}

interface Gain extends CapacityGain {
  /** True for a slot of the run's own, whose shard ends then. */
  readonly own: boolean;
}

/** A hold that begins later counts from now on: the plan must not run into it. */
function freeOverTime(placing: PlacementRequest): FreeOverTime {
  const { run, now, pools, ledgers, shards } = placing.request;
  const holdsOf = new Map(ledgers.map(({ pool, holds }) => [pool, holds]));
  const gains: Gain[] = [];
  const free = pools.map(({ id, memoryMiB, slotMax }, bin) => {
    const vcpu = vcpuOf(memoryMiB);
    const others = (holdsOf.get(id) ?? []).filter((hold) => hold.run !== run && hold.until > now);
    const own = shards.flatMap(({ running }) => (running?.pool === id ? [running.remainingMs] : []));
    for (const { until, slotCount } of others)
      gains.push({ atMs: until - now, bin, vcpu: vcpu * slotCount, memoryMiB: 0, own: false });
    for (const atMs of own) gains.push({ atMs, bin, vcpu, memoryMiB: 0, own: true });
    const taken = others.reduce((sum, { slotCount }) => sum + slotCount, own.length);
    return vcpu * (slotMax - taken);
  });
  return { free, ...withinOwnMax(placing, gains) };
}

/** What is free in all pools together, as far as the run may use it: what others give back beyond its limit is not. */
function withinOwnMax(placing: PlacementRequest, gains: readonly Gain[]): Omit<FreeOverTime, 'free'> {
  const { vcpuMax, ownVcpuMax } = placing.request;
  if (ownVcpuMax === undefined) return { gains, vcpuFree: vcpuMax - sumVcpu(gains) };
  let free = vcpuMax - sumVcpu(gains);
  let ownFree = Math.max(ownVcpuMax, largestVcpu(placing)) - sumVcpu(gains.filter(({ own }) => own));
  const vcpuFree = Math.min(free, ownFree);
  let usable = vcpuFree;
  const limited = gains
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ own, ...gain }) => {
      free += gain.vcpu;
      if (own) ownFree += gain.vcpu;
      const vcpuInAll = Math.min(free, ownFree) - usable;
      usable += vcpuInAll;
      return { ...gain, vcpuInAll };
    });
  return { gains: limited, vcpuFree };
}

/** Whatever the limit, the largest shard that waits has room: one by one they all come to an end. */
function largestVcpu({ request, tiersMiB }: PlacementRequest): number {
  return request.shards.reduce((most, { running }, at) => {
    return running ? most : Math.max(most, vcpuOf(tiersMiB[at] ?? 0));
  }, 0);
}

function sumVcpu(gains: readonly Gain[]): number {
  return gains.reduce((sum, { vcpu }) => sum + vcpu, 0);
}
