import type { Random } from '../core/random.ts';
import { type Admission, admit } from './admit.ts';
import type { AllocateRequest } from './allocate-request.ts';
import { pickCanaries } from './canary.ts';
import type { EndTimes } from './end-times.ts';
import { expectedCost } from './expected-cost.ts';
import { grantsOf, lastEnd, type PlacedRun, type Placing, placeRun } from './place-run.ts';
import type { PlacedShard } from './place-shards.ts';
import type { Placement, Plan, QueuedShard, SlotGrant } from './plan.ts';
import { planEndTimes } from './plan-end-times.ts';
import { type Pool, REGIONAL } from './pool.ts';
import type { PoolLedger } from './pool-ledger.ts';
import { gibSeconds } from './price.ts';
import { checkedClaimKey, latestStart, type PriorityPolicy } from './priority-policy.ts';
import { rankText } from './rank-shards.ts';
import { type RunStanding, runStanding } from './run-standing.ts';
import { shardGraph } from './shard-graph.ts';
import { type SizedShards, sizeShards } from './size-shards.ts';
import { besideFirstComers } from './slot-turns.ts';

/** What a plan may cost to make: one that is only tried out costs less. */
interface PlanEffort {
  /** Shard durations drawn for the chance, at the most. @default 400,000 */
  readonly drawMax?: number;
  /** Whether a user is told the chance, which is then known to half a point or so. @default for a newcomer */
  readonly stated?: boolean;
  /** Whether a better order is searched for where run times are known. @default true */
  readonly polish?: boolean;
}

export interface PlanOptions extends PlanEffort {
  /** In which order shards are claimed. @default Foreshard's own */
  readonly priority?: PriorityPolicy | undefined;
}

/**
 * Plans where and when every open shard of a run is executed, and which slots of which pools that takes.
 *
 * It is called again whenever something changes: shards that have committed are left out, those that run come with the
 * time that is left, and the plan gets the next generation.
 *
 * @param random source of chance for the search for an order, and for the probability of meeting the deadline
 * @complexity O((n + m) log n) for n shards and m needs, and a bounded number of samples
 */
export function allocate(asked: AllocateRequest, random: Random, options: PlanOptions = {}): Plan {
  const { priority: policy = latestStart } = options;
  const sized = sizeShards(asked);
  const standing = runStanding(asked, sized, policy);
  const request = besideOthers(asked, standing);
  const planned = placeWithTrials({ request, sized, random, polish: options.polish ?? true });
  const { canaries, graph, placed } = planned;
  const admission = admissionOf(request, sized, { ...planned, givenUp: standing.givenUp });
  const hopeless = admission.admitted === 'background';
  const keys = claimKeys(request, planned, { hopeless, policy });
  const { workMs, pathMs, reserveMs } = standing.demand;
  const granted = grantsOf(request, placed);
  const { drawMax, stated = request.newcomer } = options;
  const ends = planEndTimes(request, { placed, graph, keys, granted, drawMax, stated }, random);
  return {
    run: request.run,
    generation: request.generation,
    madeAt: request.now,
    deadlineAt: request.deadlineAt,
    turnAt: standing.turnAt(hopeless),
    demand: { workMs, pathMs, reserveMs },
    admission,
    placements: placements(request, placed, keys),
    grants: [...granted],
    queue: queued(request, placed),
    canaries: [...canaries],
    zones: zonesOf(openPools(request)),
    probedZones: zonesOf(openPools(request).filter(({ probed }) => probed)),
    expectedEndAt: request.now + lastEnd(placed),
    chance: ends?.chanceBy(request.deadlineAt - request.now) ?? 0,
    ...safeEnd(request, ends),
    costUsd: costOf(sized, placed, granted),
  };
}

/** With what is kept for runs that wait and whose turn comes first. */
function besideOthers(request: AllocateRequest, { demand, givenUp, turnAt }: RunStanding): AllocateRequest {
  const { run, now, deadlineAt, ledgers } = request;
  const turn = { run, turnAt: turnAt(givenUp || now + demand.pathMs > deadlineAt) };
  return { ...request, ledgers: ledgers.map((ledger) => besideFirstComers(ledger, turn, { now, taking: false })) };
}

/** Nothing while it is not known when other runs will leave room. */
function safeEnd({ now, chance }: AllocateRequest, ends: EndTimes | undefined): Pick<Plan, 'safeEndAt'> {
  const endMs = ends?.endBy(chance) ?? Number.POSITIVE_INFINITY;
  return Number.isFinite(endMs) ? { safeEndAt: now + endMs } : {};
}

function openPools({ pools }: AllocateRequest): readonly Pool[] {
  return pools.filter(({ state, zone }) => state === 'open' && zone !== REGIONAL);
}

function zonesOf(pools: readonly Pool[]): string[] {
  return [...new Set(pools.map(({ zone }) => zone))];
}

/** New types are tried first, unless just the trial would make the run late. */
function placeWithTrials(placing: Placing): PlacedRun {
  const { request } = placing;
  const { shards, newTypes, canaries: known, canaryCount } = request;
  const graph = shardGraph(shards, known);
  const canaries = pickCanaries({ shards, graph, newTypes, known, canaryCount });
  const tried = placeRun(placing, canaries);
  if (canaries.length === known.length || isInTime(request, tried.placed)) return tried;
  const untried = placeRun(placing, known);
  return isInTime(request, untried.placed) ? untried : tried;
}

/** @returns whether the run is taken, by what its plan is beside the other runs and would be without them */
function admissionOf(
  request: AllocateRequest,
  sized: SizedShards,
  { placed, longestMs, canaries, givenUp }: PlacedRun & { readonly givenUp: boolean },
): Admission {
  const { now } = request;
  const endWith = (ledgers: AllocateRequest['ledgers']) =>
    now +
    lastEnd(placeRun({ request: { ...request, ledgers }, sized, random: () => 0, polish: false }, canaries).placed);
  const startMs = placed.reduce((first, one) => Math.min(first, one.startMs), Number.POSITIVE_INFINITY);
  return admit(request, {
    expectedEndAt: now + lastEnd(placed),
    startsAt: now + (Number.isFinite(startMs) ? startMs : 0),
    waits: startMs > request.startDelayMs && queued(request, placed).length > 0,
    pathMs: longestMs.reduce((longest, rank) => Math.max(longest, rank), 0),
    givenUp,
    endsBesideAt: () => endWith(request.ledgers.map(asPlanned)),
    endsAloneAt: () => endWith([]),
  });
}

function asPlanned(ledger: PoolLedger): PoolLedger {
  return { ...ledger, holds: ledger.holds.map((hold) => ({ ...hold, until: hold.plannedUntil ?? hold.until })) };
}

function claimKeys(
  { deadlineAt, priority, now, startedAt = now }: AllocateRequest,
  { ranksMs }: PlacedRun,
  { hopeless, policy }: { readonly hopeless: boolean; readonly policy: PriorityPolicy },
): Float64Array {
  const urgency = { deadlineAt, priority, startedAt, hopeless };
  return ranksMs.map((upwardRankMs) => checkedClaimKey(policy, { ...urgency, upwardRankMs }));
}

function isInTime({ now, deadlineAt }: AllocateRequest, placed: readonly PlacedShard[]): boolean {
  return now + lastEnd(placed) <= deadlineAt;
}

function placements({ now, shards }: AllocateRequest, placed: readonly PlacedShard[], keys: Float64Array): Placement[] {
  return placed.flatMap(({ shard, pool, startMs, endMs }) => {
    const id = shards[shard]?.id ?? '';
    if (pool === undefined) return [];
    const rank = rankText(keys[shard] ?? 0, id);
    return [{ shard: id, pool, rank, expectedStartAt: now + startMs, expectedEndAt: now + endMs }];
  });
}

/** Shards that could start at once, in pools where none of the run can: the run waits for other runs' slots there. */
function queued({ now, shards, startDelayMs }: AllocateRequest, placed: readonly PlacedShard[]): QueuedShard[] {
  const started = new Set(placed.filter(({ startMs }) => startMs <= startDelayMs).map(({ pool }) => pool));
  return placed.flatMap(({ shard, pool, readyMs, startMs }) => {
    const waits = readyMs === 0 && startMs > startDelayMs && Number.isFinite(startMs) && !started.has(pool);
    return waits ? [{ shard: shards[shard]?.id ?? '', expectedStartAt: now + startMs }] : [];
  });
}

function costOf({ tiersMiB }: SizedShards, placed: readonly PlacedShard[], granted: readonly SlotGrant[]): number {
  const used = placed.reduce((sum, { shard, startMs, endMs }) => {
    return Number.isFinite(startMs) ? sum + gibSeconds(tiersMiB[shard] ?? 0, endMs - startMs) : sum;
  }, 0);
  return expectedCost({ shardCount: placed.length, gibSeconds: used, grants: granted }).totalUsd;
}
