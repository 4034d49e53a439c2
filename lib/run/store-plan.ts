import { canaryNeed, type PoolId, type ShardId } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import { expireHolds } from '../plan/grant-slots.ts';
import type { Plan, SlotGrant } from '../plan/plan.ts';
import type { Pool } from '../plan/pool.ts';
import type { PoolLedger } from '../plan/pool-ledger.ts';
import { type Turn, waitFor, waitForSlots } from '../plan/slot-turns.ts';
import { type TakenSlots, takeSlots } from '../plan/take-slots.ts';
import type { Services } from '../ports/services.ts';
import type { Shard, Sharding } from '../shards/sharding.ts';
import { noteDemand } from './active-run.ts';
import { changedPlacements } from './changed-placements.ts';
import { createRun } from './create-run.ts';
import { changeLedger } from './ledger-store.ts';
import { releaseCanary } from './release-need.ts';
import type { RunDefinition } from './run-definition.ts';
import { writeDocument } from './run-document.ts';
import type { ShardRecord } from './shard-record.ts';
import { type PlannedShard, updatePlan } from './update-plan.ts';

/** A run that waits looks again after this share of the time that it has been there, and at least so often. */
const LOOK_SHARE = 1 / 16;
const LOOK_MIN_MS = 60_000;
/** What is kept for it is kept for so many looks: whoever has not asked again by then has died. */
const LOOKS_KEPT = 3;

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
  await noteDemand(services.table, plan);
  await releaseJudged(stored, services);
  if (held.grants.length === 0 && waitsForSlots(records)) return queue(stored, held, services);
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

async function holdSlots(
  { plan, pools, beside }: PlanToStore,
  { table, clock, random }: Pick<Services, 'table' | 'clock' | 'random'>,
): Promise<TakenSlots> {
  const now = clock.now();
  const grants: SlotGrant[] = [];
  let freeAt = Number.POSITIVE_INFINITY;
  let overtaken = false;
  for (const pool of pools) {
    const asked = plan.grants.filter((grant) => grant.pool === pool.id);
    const seen = beside?.find((ledger) => ledger.pool === pool.id);
    const held = await changeLedger(table, {
      pool: { pool: pool.id, slotMax: pool.slotMax },
      writer: `${plan.run}:${plan.generation}:${random()}`,
      decide: (ledger) => takeSlots(ledger, { turn: turnOf(plan), asked, seen, now }),
    });
    grants.push(...held.grants);
    freeAt = Math.min(freeAt, held.freeAt);
    overtaken ||= held.overtaken;
  }
  return { grants, freeAt: Number.isFinite(freeAt) ? freeAt : now, overtaken };
}

function turnOf({ run, turnAt = Number.MAX_SAFE_INTEGER }: Plan): Turn {
  return { run, turnAt };
}

/** Takes its place among those that wait, in each pool of which it wants something: see `takeSlots`. */
async function queue(
  { plan, pools, definition }: PlanToStore,
  { freeAt }: TakenSlots,
  { table, clock, random }: Pick<Services, 'table' | 'clock' | 'random'>,
): Promise<StoredPlan> {
  const now = clock.now();
  const pauseMs = Math.max(LOOK_MIN_MS, LOOK_SHARE * (now - definition.startedAt));
  for (const pool of pools) {
    const asked = plan.grants.filter((grant) => grant.pool === pool.id);
    if (asked.length === 0) continue;
    const wait = { ...waitFor(asked), ...turnOf(plan), until: now + LOOKS_KEPT * pauseMs };
    await changeLedger(table, {
      pool: { pool: pool.id, slotMax: pool.slotMax },
      writer: `${plan.run}:${plan.generation}:${random()}`,
      decide: (ledger) => ({ ledger: waitForSlots(expireHolds(ledger, now), wait), answer: undefined }),
    });
  }
  return { outcome: 'queued', freeAt: Math.min(freeAt, now + pauseMs) };
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
