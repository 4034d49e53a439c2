import { canaryNeed, type PoolId, type RunId, type ShardId } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import { expireHolds, grantSlots, releaseSlots } from '../plan/grant-slots.ts';
import type { Plan, SlotGrant } from '../plan/plan.ts';
import type { Pool } from '../plan/pool.ts';
import type { PoolLedger } from '../plan/pool-ledger.ts';
import type { Services } from '../ports/services.ts';
import type { Shard, Sharding } from '../shards/sharding.ts';
import { changedPlacements } from './changed-placements.ts';
import { createRun } from './create-run.ts';
import { changeLedger } from './ledger-store.ts';
import { releaseCanary } from './release-need.ts';
import type { RunDefinition } from './run-definition.ts';
import { writeDocument } from './run-document.ts';
import type { ShardRecord } from './shard-record.ts';
import { type PlannedShard, updatePlan } from './update-plan.ts';

/** A hold outlives its grant by this much: a run that is late is not robbed of its slots before it plans again. */
const HOLD_MARGIN_MS = 600_000;

export interface PlanToStore {
  readonly plan: Plan;
  readonly definition: RunDefinition;
  readonly sharding: Sharding;
  /** Empty before the first plan. */
  readonly records: readonly ShardRecord[];
  readonly pools: readonly Pool[];
  /**
   * Of a newcomer, what others held when its plan was made: once they hold something else and its grants do not fit
   * any more, nothing is taken.
   *
   * @default - it takes what there is
   */
  readonly beside?: readonly PoolLedger[] | undefined;
}

export type StoredPlan =
  | { readonly outcome: 'planned' }
  /** Another run came first: nothing was taken and nothing was written; it is to be planned beside that one. */
  | { readonly outcome: 'overtaken' }
  /** Nothing was taken from the ledger, and no shard was written. */
  | { readonly outcome: 'refused'; readonly earliestEndAt: EpochMs }
  /** No slot is free: nothing was written but the plan itself; ask again then. */
  | { readonly outcome: 'queued'; readonly freeAt: EpochMs };

/**
 * Carries a plan out in the tables: slots in the ledger first, then the shards as they are to be claimed. All of it may
 * be repeated.
 */
export async function storePlan(
  stored: PlanToStore,
  services: Pick<Services, 'table' | 'objects' | 'clock' | 'random'>,
): Promise<StoredPlan> {
  const { plan, records } = stored;
  if (plan.admission.admitted === 'refused') return refuse(plan, plan.admission.earliestEndAt, services);
  const held = await holdSlots(stored, services);
  if (held.overtaken) {
    await holdSlots({ ...stored, plan: { ...plan, grants: [] } }, services);
    return { outcome: 'overtaken' };
  }
  await writePlan({ ...plan, grants: [...held.grants] }, services);
  await releaseJudged(stored, services);
  if (held.grants.length === 0 && waitsForSlots(records)) return { outcome: 'queued', freeAt: held.freeAt };
  if (records.length === 0) await createPlanned(stored, services);
  else await replan(stored, services);
  return { outcome: 'planned' };
}

async function writePlan(plan: Plan, { objects }: Pick<Services, 'objects'>): Promise<void> {
  if (plan.generation === 1) await writeDocument(objects, { run: plan.run, name: 'first-plan' }, plan);
  await writeDocument(objects, { run: plan.run, name: 'plan' }, plan);
}

/** The plan stays as the record of why. */
async function refuse(plan: Plan, earliestEndAt: EpochMs, services: Pick<Services, 'objects'>): Promise<StoredPlan> {
  await writePlan({ ...plan, grants: [] }, services);
  return { outcome: 'refused', earliestEndAt };
}

/** A verdict holds whatever becomes of the slots: a shard that goes on waiting for it would never be planned. */
async function releaseJudged(
  { plan, records }: PlanToStore,
  { table, clock }: Pick<Services, 'table' | 'clock'>,
): Promise<void> {
  for (const { type, verdict } of records.length > 0 ? plan.canaries : []) {
    if (verdict !== 'waiting') await releaseCanary(table, { run: plan.run, type }, clock.now());
  }
}

/** A run whose shards are all done or running has nothing to queue for: what is left to do is to watch it, or to end it. */
function waitsForSlots(records: readonly ShardRecord[]): boolean {
  const has = (...states: readonly ShardRecord['state'][]) => records.some(({ state }) => states.includes(state));
  return records.length === 0 || (has('READY', 'BLOCKED') && !has('RUNNING'));
}

interface HeldSlots {
  readonly grants: readonly SlotGrant[];
  /** When the first of the slots that were refused comes free. */
  readonly freeAt: EpochMs;
  readonly overtaken: boolean;
}

async function holdSlots(
  { plan, pools, beside }: PlanToStore,
  { table, clock, random }: Pick<Services, 'table' | 'clock' | 'random'>,
): Promise<HeldSlots> {
  const now = clock.now();
  const grants: SlotGrant[] = [];
  let freeAt = Number.POSITIVE_INFINITY;
  let overtaken = false;
  for (const pool of pools) {
    const asked = plan.grants.filter((grant) => grant.pool === pool.id);
    const seen = beside?.find((ledger) => ledger.pool === pool.id);
    const writer = `${plan.run}:${plan.generation}:${random()}`;
    const held = await changeLedger(table, {
      pool: { pool: pool.id, slotMax: pool.slotMax },
      writer,
      decide: (ledger) => holdInPool(ledger, { run: plan.run, asked, seen, now }),
    });
    grants.push(...held.grants);
    freeAt = Math.min(freeAt, held.freeAt);
    overtaken ||= held.overtaken;
  }
  return { grants, freeAt: Number.isFinite(freeAt) ? freeAt : now, overtaken };
}

interface PoolRequest {
  readonly run: string;
  readonly asked: readonly SlotGrant[];
  readonly seen: PoolLedger | undefined;
  readonly now: EpochMs;
}

/** Gives back what the run held of the pool before, then takes as much as there is of what it wants now. */
function holdInPool(
  before: PoolLedger,
  { run, asked, seen, now }: PoolRequest,
): { readonly ledger?: PoolLedger; readonly answer: HeldSlots } {
  const held = before.holds.some((hold) => hold.run === run);
  if (asked.length === 0 && !held)
    return { answer: { grants: [], freeAt: Number.POSITIVE_INFINITY, overtaken: false } };
  let ledger = releaseSlots(expireHolds(before, now), run);
  let freeAt = Number.POSITIVE_INFINITY;
  const grants: SlotGrant[] = [];
  for (const grant of asked) {
    const until = { until: grant.until + HOLD_MARGIN_MS, plannedUntil: grant.until };
    const hold = { run, from: grant.from, ...until, guaranteed: false };
    const first = grantSlots(ledger, { ...hold, slotCount: grant.slotCount });
    const slotCount = first.granted ? grant.slotCount : first.freeSlotCount;
    if (!first.granted) freeAt = Math.min(freeAt, first.freeAt ?? freeAt);
    if (slotCount === 0) continue;
    const granted = first.granted ? first : grantSlots(ledger, { ...hold, slotCount });
    if (!granted.granted) continue;
    ledger = granted.ledger;
    grants.push({ ...grant, slotCount });
  }
  const fits = slotsOf(grants) === slotsOf(asked);
  if (seen && !fits && othersHold(before, run, now) !== othersHold(seen, run, now)) {
    return { answer: { grants: [], freeAt, overtaken: true } };
  }
  return { ledger, answer: { grants, freeAt, overtaken: false } };
}

function slotsOf(grants: readonly SlotGrant[]): number {
  return grants.reduce((sum, { slotCount }) => sum + slotCount, 0);
}

/** As a text that is the same exactly when the holds are. */
function othersHold({ holds }: PoolLedger, run: RunId, now: EpochMs): string {
  const others = holds.filter((hold) => hold.run !== run && hold.until > now);
  return JSON.stringify(others.map((hold) => [hold.run, hold.slotCount, hold.from, hold.until]));
}

async function createPlanned(
  { plan, definition, sharding, pools }: PlanToStore,
  { table }: Pick<Services, 'table'>,
): Promise<void> {
  const { workflow, startedAt, deadlineAt } = definition;
  const placed = placements(plan, pools);
  const [smallest] = pools.toSorted((a, b) => a.memoryMiB - b.memoryMiB);
  await createRun(table, {
    run: {
      run: plan.run,
      workflow: workflow.name,
      createdAt: startedAt,
      deadlineAt,
      priority: workflow.priority,
    },
    sharding: { ...sharding, shards: heldForCanaries(sharding.shards, plan) },
    place: ({ id }) =>
      placed.get(id) ?? { memoryTierMiB: smallest?.memoryMiB ?? 0, zone: smallest?.zone ?? '', rank: `~${id}` },
  });
}

/** Shards of a type on trial wait for its verdict, but for the canaries themselves. */
function heldForCanaries(shards: readonly Shard[], { canaries }: Plan): Shard[] {
  const onTrial = new Map(canaries.map(({ type, shards: first }) => [type, new Set(first)]));
  return shards.map((shard) => {
    const first = onTrial.get(shard.type);
    return !first || first.has(shard.id) ? shard : { ...shard, needs: [...shard.needs, canaryNeed(shard.type)] };
  });
}

async function replan({ plan, records, pools }: PlanToStore, { table }: Pick<Services, 'table'>): Promise<void> {
  const openZones = new Set(pools.filter(({ state }) => state === 'open').map(({ zone }) => zone));
  await updatePlan(table, plan, changedPlacements(records, placements(plan, pools), openZones));
}

function placements({ placements: placed }: Plan, pools: readonly Pool[]): ReadonlyMap<ShardId, PlannedShard> {
  const byId = new Map<PoolId, Pool>(pools.map((pool) => [pool.id, pool]));
  return new Map(
    placed.flatMap(({ shard, pool: id, rank }) => {
      const pool = byId.get(id);
      return pool ? [[shard, { shard, memoryTierMiB: pool.memoryMiB, zone: pool.zone, rank }] as const] : [];
    }),
  );
}
