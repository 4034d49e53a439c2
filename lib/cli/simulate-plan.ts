import type { DurationMs } from '../core/quantity.ts';
import { seededRandom } from '../core/random.ts';
import { logSpread } from '../plan/end-times.ts';
import { expectedCost } from '../plan/expected-cost.ts';
import { vcpuOf } from '../plan/pool.ts';
import { gibSeconds } from '../plan/price.ts';
import { shardGraph } from '../plan/shard-graph.ts';
import { sizeShards } from '../plan/size-shards.ts';
import { type ShareInterval, wilsonInterval } from '../report/wilson-interval.ts';
import { type RunController, runController } from '../simulate/run-controllers.ts';
import { type RunSimulation, simulateRun } from '../simulate/simulate-run.ts';
import type { TriedPlan } from './try-plan.ts';

/** What goes wrong, and who decides. */
export interface Scenario {
  readonly controller: RunController;
  /** Share of shards that take two to eight times as long. */
  readonly stragglerShare: number;
  /** Times the spread that the forecast says. */
  readonly noise: number;
  /** Loses the zone when this share of the planned time has passed. */
  readonly zoneLossAt?: number | undefined;
  readonly seed: number;
  readonly repeatCount: number;
  readonly leaseMs: DurationMs;
}

export interface SimulatedPlan {
  readonly controller: RunController;
  readonly medianMs: DurationMs;
  readonly upperMs: DurationMs;
  /** Share of simulations that met the deadline, with its 95 % interval. */
  readonly chance: number;
  readonly chanceInterval: ShareInterval;
  readonly costUsd: number;
  /** vCPUs that were there, over those that worked. */
  readonly providedOverUseful: number;
  readonly lostCount: number;
}

/** The controller looks so many times in the planned length of a run. */
const TICKS = 200;
const TICK_MIN_MS = 10;
const UPPER_SHARE = 0.95;

/** What a simulation needs to know of a plan. */
export type SimulatablePlan = Pick<TriedPlan, 'request' | 'plan' | 'pools'>;

/** Runs a plan many times in a scenario, each time with other chance: what ends when, how often in time, for how much. */
export function simulatePlan(tried: SimulatablePlan, scenario: Scenario): SimulatedPlan {
  const simulation = simulationOf(tried, scenario);
  const random = seededRandom(scenario.seed);
  const runs = Array.from({ length: scenario.repeatCount }, () => simulateRun(simulation, random));
  const endsMs = runs.map(({ endMs }) => endMs).sort((a, b) => a - b);
  const { deadlineAt, madeAt } = tried.plan;
  const inTimeCount = endsMs.filter((endMs) => endMs <= deadlineAt - madeAt).length;
  const usefulMs = runs.reduce((sum, { busyMs }) => sum + vcpuMs(simulation, busyMs), 0);
  const providedMs = runs.reduce((sum, { providedVcpuMs }) => sum + providedVcpuMs, 0);
  return {
    controller: scenario.controller,
    medianMs: quantile(endsMs, 0.5),
    upperMs: quantile(endsMs, UPPER_SHARE),
    chance: inTimeCount / runs.length,
    chanceInterval: wilsonInterval(inTimeCount, runs.length),
    costUsd: mean(runs.map(({ busyMs }) => costOf(tried, busyMs))),
    providedOverUseful: providedMs / usefulMs,
    lostCount: mean(runs.map(({ lostCount }) => lostCount)),
  };
}

function simulationOf({ request, plan, pools }: SimulatablePlan, scenario: Scenario): RunSimulation {
  const { shards, startDelayMs } = request;
  const sized = sizeShards(request);
  const { graph, shardCount } = shardGraph(shards, plan.canaries);
  const types = [...new Set(shards.map(({ type }) => type))];
  const vcpus = Float64Array.from(sized.tiersMiB, vcpuOf);
  const stepVcpu = vcpus.reduce((most, vcpu) => Math.max(most, vcpu), 0);
  const memoryOf = new Map(pools.map(({ id, memoryMiB }) => [id, memoryMiB]));
  const grants = plan.grants.map(({ pool, slotCount, from, until }) => ({
    fromMs: Math.round(from - plan.madeAt),
    untilMs: Math.round(until - plan.madeAt),
    vcpu: slotCount * vcpuOf(memoryOf.get(pool) ?? 0),
  }));
  const plannedMs = Math.round(plan.expectedEndAt - plan.madeAt);
  const zones = [...new Set(pools.filter(({ state }) => state === 'open').map(({ zone }) => zone))];
  return {
    graph,
    shardCount,
    vcpus,
    stepVcpu,
    keys: claimOrder(plan, shards),
    durationsMs: sized.durationsMs,
    opensMs: Float64Array.from(shards, ({ arrival }) => arrival?.opensInMs ?? 0),
    sigmas: Float64Array.from(shards, ({ need }) => scenario.noise * logSpread(need.durationMs)),
    typeOf: Int32Array.from(shards, ({ type }) => types.indexOf(type)),
    stragglerShares: Float64Array.from(shards, ({ need }) =>
      Math.min(1, scenario.stragglerShare + (need.stragglerShare ?? 0)),
    ),
    zoneVcpuMax: zones.map((zone) => zoneVcpu(request, zone)),
    vcpuMax: request.vcpuMax,
    controller: () => runController(scenario.controller, { grants, stepVcpu, startDelayMs }),
    tickMs: Math.max(TICK_MIN_MS, plannedMs / TICKS),
    startDelayMs,
    leaseMs: scenario.leaseMs,
    ...(scenario.zoneLossAt !== undefined && { zoneLoss: { zone: 0, atMs: scenario.zoneLossAt * plannedMs } }),
  };
}

/** Tiers of a zone share its processors, so the largest of its pools says what it has. */
function zoneVcpu({ pools }: TriedPlan['request'], zone: string): number {
  return pools
    .filter((pool) => pool.zone === zone && pool.state === 'open')
    .reduce((most, { memoryMiB, slotMax }) => Math.max(most, slotMax * vcpuOf(memoryMiB)), 0);
}

/** Shards without a place yet come last. */
function claimOrder({ placements }: TriedPlan['plan'], shards: TriedPlan['request']['shards']): Float64Array {
  const sorted = placements.toSorted((a, b) => (a.rank < b.rank ? -1 : 1));
  const keyOf = new Map(sorted.map(({ shard }, key) => [shard, key]));
  return Float64Array.from(shards, ({ id }) => keyOf.get(id) ?? sorted.length);
}

function vcpuMs({ vcpus }: RunSimulation, busyMs: Float64Array): number {
  return busyMs.reduce((sum, durationMs, shard) => sum + durationMs * (vcpus[shard] ?? 0), 0);
}

function costOf({ request, plan }: SimulatablePlan, busyMs: Float64Array): number {
  const { tiersMiB } = sizeShards(request);
  const used = busyMs.reduce((sum, durationMs, shard) => sum + gibSeconds(tiersMiB[shard] ?? 0, durationMs), 0);
  return expectedCost({ shardCount: busyMs.length, gibSeconds: used, grants: plan.grants }).totalUsd;
}

/** The value that the given share of sorted values does not exceed. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
