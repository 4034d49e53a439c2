import type { DurationMs, EpochMs } from '../core/quantity.ts';
import type { Random } from '../core/random.ts';
import { numberHeap } from '../plan/number-heap.ts';
import type { TaskGraph } from '../plan/task-graph.ts';
import type { CapacityController } from './capacity-controllers.ts';
import { type DrawnDurations, drawDurations } from './draw-durations.ts';
import { askForCapacity, giveCapacityBack, roomiestZone, type Zone } from './zone-capacity.ts';

/** A zone that is gone from a moment on; what ran in it is seen to be lost after the lease. */
export interface ZoneLoss {
  readonly zone: number;
  readonly atMs: DurationMs;
}

export interface RunSimulation extends DrawnDurations {
  /** Shards first, then barriers, which take no time and no room. */
  readonly graph: TaskGraph;
  readonly shardCount: number;
  /** What a worker of each shard's tier takes. */
  readonly vcpus: Float64Array;
  /** Before which no shard can run, because its input arrives then. @default 0 for all */
  readonly opensMs?: Float64Array;
  /** Order of claims: the lowest first. */
  readonly keys: Float64Array;
  /** The most vCPUs that each zone can give. */
  readonly zoneVcpuMax: readonly number[];
  readonly vcpuMax: number;
  /** vCPUs come in such steps: those of the largest tier that is used. */
  readonly stepVcpu: number;
  /** Decides how many vCPUs there should be; made anew for each simulation. */
  controller(): CapacityController;
  readonly tickMs: DurationMs;
  readonly startDelayMs: DurationMs;
  /** Until a lost shard can be claimed again. */
  readonly leaseMs: DurationMs;
  readonly zoneLoss?: ZoneLoss;
}

export interface SimulatedRun {
  readonly endMs: DurationMs;
  /** Of each shard, the time of all its attempts. */
  readonly busyMs: Float64Array;
  /** vCPUs that were there, over time. */
  readonly providedVcpuMs: number;
  readonly lostCount: number;
}

/** A run that makes no progress for so many ticks never ends. */
const IDLE_TICKS_MAX = 10_000;

interface State {
  now: DurationMs;
  nextTickMs: DurationMs;
  leftCount: number;
  runningCount: number;
  queuedCount: number;
  providedVcpuMs: number;
  lostCount: number;
  idleTicks: number;
  readonly zones: readonly Zone[];
  readonly waitsFor: Int32Array;
  readonly ready: ReadonlyMap<number, ReturnType<typeof numberHeap>>;
  readonly endsAt: number[];
  readonly running: ReturnType<typeof numberHeap>;
  readonly attempts: { readonly shard: number; readonly zone: number; readonly fromMs: DurationMs; killed: boolean }[];
  readonly coming: { readonly atMs: DurationMs; readonly zone: number; readonly vcpu: number }[];
  readonly back: { readonly atMs: DurationMs; readonly shard: number }[];
  readonly arrivals: DurationMs[];
  readonly ends: DurationMs[];
  readonly busyMs: Float64Array;
}

const WINDOW_MS = 60_000;

/**
 * Runs one run's shards against a virtual clock: workers claim the ready shard of lowest key whose tier has room in a
 * zone, durations are drawn, capacity comes as the controller asks, a lost zone takes its shards with it.
 *
 * It knows nothing of cuts: a run that is re-sharded ends sooner than this.
 *
 * @returns an end at infinity when the controller never gives the run what it needs
 * @complexity O(n log n + ticks) for n shards
 */
export function simulateRun(request: RunSimulation, random: Random): SimulatedRun {
  const durationsMs = drawDurations(request, random);
  const state = begin(request);
  const controller = request.controller();
  while (state.leftCount > 0 && state.idleTicks < IDLE_TICKS_MAX) {
    advance(state, request);
    tick(state, request, controller);
    claim(state, request, durationsMs);
  }
  const endMs = state.leftCount > 0 ? Number.POSITIVE_INFINITY : state.now;
  return { endMs, busyMs: state.busyMs, providedVcpuMs: state.providedVcpuMs, lostCount: state.lostCount };
}

function begin(request: RunSimulation): State {
  const endsAt: number[] = [];
  const state: State = {
    now: 0,
    nextTickMs: 0,
    leftCount: request.graph.taskCount,
    runningCount: 0,
    queuedCount: 0,
    providedVcpuMs: 0,
    lostCount: 0,
    idleTicks: 0,
    zones: request.zoneVcpuMax.map(() => ({ vcpu: 0, used: 0, lost: false })),
    waitsFor: request.graph.waitsFor.slice(),
    ready: new Map([...new Set(request.vcpus)].map((vcpu) => [vcpu, numberHeap(request.keys)])),
    endsAt,
    running: numberHeap(endsAt),
    attempts: [],
    coming: [],
    back: [],
    arrivals: [],
    ends: [],
    busyMs: new Float64Array(request.shardCount),
  };
  const first = [...request.graph.waitsFor.keys()].filter((node) => state.waitsFor[node] === 0);
  open(state, request, ...first);
  return state;
}

/** A barrier ends as it opens. */
function open(state: State, request: RunSimulation, ...opened: number[]): void {
  for (const one of opened) {
    const atMs = request.opensMs?.[one] ?? 0;
    if (atMs > state.now) state.back.push({ atMs, shard: one });
    else if (one < request.shardCount) {
      state.ready.get(request.vcpus[one] ?? 0)?.push(one);
      state.queuedCount += 1;
      state.arrivals.push(state.now);
    } else opened.push(...finish(state, request, one));
  }
  state.back.sort((a, b) => a.atMs - b.atMs);
}

/** @returns what may start now */
function finish(state: State, { graph }: RunSimulation, node: number): readonly number[] {
  const { offsets, targets } = graph;
  const opened: number[] = [];
  state.leftCount -= 1;
  for (let edge = offsets[node] ?? 0; edge < (offsets[node + 1] ?? 0); edge += 1) {
    const later = targets[edge] ?? 0;
    state.waitsFor[later] = (state.waitsFor[later] ?? 0) - 1;
    if (state.waitsFor[later] === 0) opened.push(later);
  }
  return opened;
}

/** To the next moment at which something happens, and what happens at it. */
function advance(state: State, request: RunSimulation): void {
  const { zoneLoss } = request;
  const lossMs = zoneLoss && !state.zones[zoneLoss.zone]?.lost ? zoneLoss.atMs : Number.POSITIVE_INFINITY;
  const next = Math.min(
    state.endsAt[state.running.first()] ?? Number.POSITIVE_INFINITY,
    state.coming[0]?.atMs ?? Number.POSITIVE_INFINITY,
    state.back[0]?.atMs ?? Number.POSITIVE_INFINITY,
    lossMs,
    state.nextTickMs,
  );
  state.providedVcpuMs += (next - state.now) * state.zones.reduce((sum, { vcpu }) => sum + vcpu, 0);
  state.now = next;
  while ((state.endsAt[state.running.first()] ?? Number.POSITIVE_INFINITY) <= next) end(state, request);
  while ((state.coming[0]?.atMs ?? Number.POSITIVE_INFINITY) <= next) {
    const { zone = 0, vcpu = 0 } = state.coming.shift() ?? {};
    const place = state.zones[zone];
    if (place && !place.lost) place.vcpu += vcpu;
  }
  while ((state.back[0]?.atMs ?? Number.POSITIVE_INFINITY) <= next)
    open(state, request, state.back.shift()?.shard ?? 0);
  if (zoneLoss && lossMs <= next) loseZone(state, request, zoneLoss.zone);
}

function end(state: State, request: RunSimulation): void {
  const attempt = state.attempts[state.running.pop()];
  if (!attempt || attempt.killed) return;
  const { shard, zone, fromMs } = attempt;
  const place = state.zones[zone];
  if (place) place.used -= request.vcpus[shard] ?? 0;
  state.busyMs[shard] = (state.busyMs[shard] ?? 0) + state.now - fromMs;
  state.runningCount -= 1;
  state.idleTicks = 0;
  state.ends.push(state.now);
  open(state, request, ...finish(state, request, shard));
}

function loseZone(state: State, request: RunSimulation, zone: number): void {
  const place = state.zones[zone];
  if (!place) return;
  Object.assign(place, { lost: true, vcpu: 0, used: 0 });
  for (const [number, attempt] of state.attempts.entries()) {
    if (attempt.killed || attempt.zone !== zone || (state.endsAt[number] ?? 0) <= state.now) continue;
    attempt.killed = true;
    state.busyMs[attempt.shard] = (state.busyMs[attempt.shard] ?? 0) + state.now - attempt.fromMs;
    state.runningCount -= 1;
    state.lostCount += 1;
    state.back.push({ atMs: state.now + request.leaseMs, shard: attempt.shard });
  }
  state.back.sort((a, b) => a.atMs - b.atMs);
}

function tick(state: State, request: RunSimulation, controller: CapacityController): void {
  if (state.now < state.nextTickMs) return;
  state.nextTickMs = state.now + request.tickMs;
  state.idleTicks += 1;
  while ((state.arrivals[0] ?? state.now) < state.now - WINDOW_MS) state.arrivals.shift();
  while ((state.ends[0] ?? state.now) < state.now - WINDOW_MS) state.ends.shift();
  const coming = state.coming.reduce((sum, { vcpu }) => sum + vcpu, 0);
  const there = state.zones.reduce((sum, { vcpu }) => sum + vcpu, 0);
  const { queuedCount, runningCount } = state;
  const wanted = controller.desired({
    now: state.now as number as EpochMs,
    jobs: [],
    queuedCount,
    runningCount,
    slotCount: there + coming,
    arrivedCount: state.arrivals.length,
    endedCount: state.ends.length,
  });
  const capped = Math.min(wanted, request.vcpuMax);
  if (capped > there + coming) askForCapacity(state, request, capped - there - coming);
  else giveCapacityBack(state.zones, there + coming - capped);
}

function claim(state: State, request: RunSimulation, durationsMs: Float64Array): void {
  for (;;) {
    let best = -1;
    let zoneOfBest = -1;
    for (const [vcpu, heap] of state.ready) {
      const shard = heap.first();
      if (shard < 0 || (best >= 0 && (request.keys[shard] ?? 0) >= (request.keys[best] ?? 0))) continue;
      const zone = roomiestZone(state.zones, vcpu);
      if (zone < 0) continue;
      best = shard;
      zoneOfBest = zone;
    }
    if (best < 0) return;
    state.ready.get(request.vcpus[best] ?? 0)?.pop();
    const place = state.zones[zoneOfBest];
    if (place) place.used += request.vcpus[best] ?? 0;
    const attempt = state.endsAt.push(state.now + (durationsMs[best] ?? 0)) - 1;
    state.attempts.push({ shard: best, zone: zoneOfBest, fromMs: state.now, killed: false });
    state.running.push(attempt);
    state.runningCount += 1;
    state.queuedCount -= 1;
  }
}
