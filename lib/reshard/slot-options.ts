import type { PoolId } from '../core/ids.ts';
import type { CostUsd, DurationMs, EpochMs, MemoryMiB } from '../core/quantity.ts';
import { vcpuOf } from '../core/vcpu.ts';
import { lateChance } from '../observe/late-chance.ts';
import type { AllocateRequest } from '../plan/allocate-request.ts';
import { mostGranted } from '../plan/most-granted.ts';
import { grantsOf, lastEnd, placeRun, SLOT_KEPT_STARTS } from '../plan/place-run.ts';
import type { PlacedShard } from '../plan/place-shards.ts';
import type { SlotGrant } from '../plan/plan.ts';
import { workerCost } from '../plan/price.ts';
import { type SizedShards, sizeShards } from '../plan/size-shards.ts';
import type { SlotRecord } from '../run/slot-store.ts';
import { idleFirst, surplusSlots } from './surplus-slots.ts';

/** The rest of a run, planned within a number of vCPUs. */
export interface SlotOption {
  /** What its slots may use together. */
  readonly vcpuMax: number;
  /** The most slots that work at once. */
  readonly peakCount: number;
  readonly endAt: EpochMs;
  /** Probability that it ends after the deadline. */
  readonly lateChance: number;
  /** What slots without work cost. */
  readonly idleUsd: CostUsd;
  /** Slots that start now or later, when those that are there and have no work are given back. */
  readonly startCount: number;
  /** Slots that are there and are not needed: they end with what they work at, if they work at something. */
  readonly surplus: readonly string[];
}

/** What a run would be with fewer slots or more. */
export interface SlotOutlook {
  /** As it is: slots that are there keep until their grant ends, with work or without. */
  readonly held: Pick<SlotOption, 'idleUsd' | 'startCount'> & { readonly slotCount: number };
  /** With the vCPUs that it has. */
  readonly kept: SlotOption;
  readonly others: readonly SlotOption[];
}

export interface SlotFacts {
  /** The run as it would be planned now, without a limit of its own. */
  readonly allocation: AllocateRequest;
  /** Every slot that it ever had. */
  readonly slots: readonly SlotRecord[];
  /** Who works at a shard or a copy. */
  readonly owners: readonly string[];
  /** Of the plan that it follows. */
  readonly grants: readonly SlotGrant[];
  /** Relative spread of a predicted end. */
  readonly endSpread: number;
}

/** From one number of vCPUs to the next that is tried: the best lies near one of them. */
const STEP_FACTOR = 1.5;
/** In so many steps the slots have doubled: where shards go in waves there is one less then. */
const VAIN_STEPS_MAX = 2;
/** A predicted end is not known to less than this share of what is left, nor to less than so many starts. */
const ERROR_SHARE = 0.05;
const ERROR_STARTS = 2;

/**
 * Plans the rest of a run again and again, each time within another number of vCPUs: where its longest way is then, when it
 * ends, and which slots that takes.
 *
 * @returns nothing when not every shard finds a place
 * @complexity that of a list schedule for each number, of which there are at most as many as the logarithm of the shards
 */
export function slotOptions(facts: SlotFacts): SlotOutlook | undefined {
  const sized = sizeShards(facts.allocation);
  const live = facts.slots.filter(({ status, droppedAt }) => status === 'STARTED' && droppedAt === undefined);
  const bounds = vcpuBounds(facts.allocation, sized);
  const trial = { facts, sized, live };
  const kept = tryOut(vcpuOfPlan(facts, live) || bounds.most, trial);
  if (!Number.isFinite(kept.option.endAt)) return undefined;
  const { now } = facts.allocation;
  const untilEndUsd = live.reduce((sum, { memoryTierMiB, until }) => {
    return sum + workerCost(memoryTierMiB, Math.max(0, Math.min(until, kept.option.endAt) - now));
  }, 0);
  return {
    held: {
      slotCount: live.length,
      idleUsd: Math.max(kept.option.idleUsd, untilEndUsd - kept.busyUsd),
      startCount: kept.startCountHeld,
    },
    kept: kept.option,
    others: [...withMore(kept.option, bounds, trial), ...withFewer(kept.option, bounds, trial)],
  };
}

/** How far off a predicted end may be. */
export function endErrorMs(restMs: DurationMs, startDelayMs: DurationMs): DurationMs {
  return Math.max(ERROR_STARTS * startDelayMs, ERROR_SHARE * restMs);
}

interface VcpuBounds {
  /** Of the smallest slot. */
  readonly least: number;
  /** Of a slot for each shard, as far as all runs together may have them. */
  readonly most: number;
}

function vcpuBounds({ vcpuMax }: AllocateRequest, { tiersMiB }: SizedShards): VcpuBounds {
  const sizes = tiersMiB.map(vcpuOf);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  return { least: Math.min(vcpuMax, ...new Set(sizes)), most: Math.min(vcpuMax, all) };
}

/** Until more end nothing sooner, also with a wave of shards less. */
function withMore(kept: SlotOption, { least, most }: VcpuBounds, trial: Trial): readonly SlotOption[] {
  const options: SlotOption[] = [];
  let soonestAt = kept.endAt;
  let vainCount = 0;
  for (let last = kept; last.vcpuMax < most && vainCount < VAIN_STEPS_MAX; ) {
    const { option } = tryOut(Math.min(most, Math.max(last.vcpuMax + least, last.vcpuMax * STEP_FACTOR)), trial);
    vainCount = option.endAt < soonestAt ? 0 : vainCount + 1;
    soonestAt = Math.min(soonestAt, option.endAt);
    options.push(option);
    last = option;
  }
  return options;
}

/** Until fewer end it later by more than an end may be off. */
function withFewer(kept: SlotOption, { least }: VcpuBounds, trial: Trial): readonly SlotOption[] {
  const { now, startDelayMs } = trial.facts.allocation;
  const latestAt = kept.endAt + endErrorMs(kept.endAt - now, startDelayMs);
  const options: SlotOption[] = [];
  for (let last = kept; last.vcpuMax > least; ) {
    const { option } = tryOut(Math.max(least, Math.min(last.vcpuMax - least, last.vcpuMax / STEP_FACTOR)), trial);
    if (option.endAt > latestAt) break;
    options.push(option);
    last = option;
  }
  return options;
}

/** What the slots that are there use, or what the plan will have at once, whichever is more; what it had when all is over. */
function vcpuOfPlan({ allocation, grants }: SlotFacts, live: readonly SlotRecord[]): number {
  const { now } = allocation;
  const coming = grants.filter(({ until }) => until > now);
  const liveVcpu = live.reduce((sum, { memoryTierMiB }) => sum + vcpuOf(memoryTierMiB), 0);
  const memoryOf = memoryByPool(allocation);
  const vcpu = ({ pool }: SlotGrant) => vcpuOf(memoryOf.get(pool) ?? 0);
  const isOver = live.length === 0 && coming.length === 0;
  return Math.max(liveVcpu, mostGranted(isOver ? grants : coming, vcpu));
}

interface Trial {
  readonly facts: SlotFacts;
  readonly sized: SizedShards;
  /** Slots that are there. */
  readonly live: readonly SlotRecord[];
}

interface Tried {
  readonly option: SlotOption;
  readonly busyUsd: CostUsd;
  /** Slots that start when those that are there are kept. */
  readonly startCountHeld: number;
}

function tryOut(vcpuMax: number, { facts, sized, live }: Trial): Tried {
  const { allocation, endSpread } = facts;
  const { now, deadlineAt, objective, startDelayMs, canaries } = allocation;
  const request = { ...allocation, ownVcpuMax: vcpuMax };
  const { placed } = placeRun({ request, sized, random: () => 0, polish: false, rankOnly: true }, canaries);
  const grants = grantsOf(request, placed);
  const restMs = placed.some(({ pool }) => pool === undefined) ? Number.POSITIVE_INFINITY : lastEnd(placed);
  const busyUsd = placed.reduce((sum, shard) => sum + busyCost(shard, sized), 0);
  const soon = grants.filter(({ from }) => from <= now + SLOT_KEPT_STARTS * startDelayMs);
  const [all, first, there] = [slotsByPool(grants), slotsByPool(soon), Map.groupBy(live, ({ pool }) => pool)];
  const starts = (of: ReadonlyMap<PoolId, number>) =>
    of.entries().reduce((sum, [pool, count]) => sum + Math.max(0, count - (there.get(pool)?.length ?? 0)), 0);
  const laterCount = total(all) - total(first);
  return {
    busyUsd,
    startCountHeld: starts(all),
    option: {
      vcpuMax,
      peakCount: mostGranted(grants),
      endAt: now + restMs,
      lateChance: objective === 'latency' ? 1 : lateChance(restMs, deadlineAt - now, endSpread),
      idleUsd: Math.max(0, grantedCost(grants, memoryByPool(allocation)) - busyUsd),
      startCount: starts(first) + laterCount,
      surplus: surplusSlots(idleFirst(live, facts.owners), { vcpuMax, usedIn: (pool) => first.get(pool) ?? 0 }),
    },
  };
}

function busyCost({ shard, startMs, endMs }: PlacedShard, { tiersMiB }: SizedShards): CostUsd {
  return Number.isFinite(startMs) ? workerCost(tiersMiB[shard] ?? 0, endMs - startMs) : 0;
}

function grantedCost(grants: readonly SlotGrant[], memoryOf: ReadonlyMap<PoolId, MemoryMiB>): CostUsd {
  return grants.reduce((sum, { pool, slotCount, from, until }) => {
    return sum + slotCount * workerCost(memoryOf.get(pool) ?? 0, until - from);
  }, 0);
}

function slotsByPool(grants: readonly SlotGrant[]): ReadonlyMap<PoolId, number> {
  const counts = new Map<PoolId, number>();
  for (const { pool, slotCount } of grants) counts.set(pool, (counts.get(pool) ?? 0) + slotCount);
  return counts;
}

function total(counts: ReadonlyMap<PoolId, number>): number {
  return counts.values().reduce((sum, count) => sum + count, 0);
}

function memoryByPool({ pools }: AllocateRequest): ReadonlyMap<PoolId, MemoryMiB> {
  return new Map(pools.map(({ id, memoryMiB }) => [id, memoryMiB]));
}
