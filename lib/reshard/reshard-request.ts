import type { ShardId } from '../core/ids.ts';
import type { EpochMs } from '../core/quantity.ts';
import { lateChance } from '../observe/late-chance.ts';
import { slotCount } from '../observe/observe-run.ts';
import { remainingMs } from '../observe/pace.ts';
import type { Predictions } from '../observe/predictions.ts';
import { rootPace, type WorkedPart } from '../observe/root-pace.ts';
import type { WatchedShard } from '../observe/watched-shard.ts';
import { freeSlots } from '../plan/grant-slots.ts';
import type { Plan } from '../plan/plan.ts';
import type { PoolLedger } from '../plan/pool-ledger.ts';
import { PRICES, workerCost } from '../plan/price.ts';
import { endOf, type ShardRecord } from '../run/shard-record.ts';
import type { InputLayout } from '../shards/input-layout.ts';
import type { ShardedOperation, Sharding } from '../shards/sharding.ts';
import type { Objective } from '../workflow/definition.ts';
import type { OpenOperation, ReshardRequest } from './decide-reshard.ts';
import type { ReshardRecord } from './reshard-record.ts';

/** Predictions of a run's end are off by about this much, relative. */
const END_SPREAD = 0.2;
/** What lateness is worth: a run that is late by its whole planned length has lost this many times its cost. */
const LATENESS_WORTH = 10;

/** The run as the resharder sees it. */
export interface ReshardFacts {
  readonly now: EpochMs;
  readonly sharding: Sharding;
  readonly records: readonly ShardRecord[];
  readonly plan: Plan;
  readonly predictions: Predictions;
  readonly earlier: readonly ReshardRecord[];
  /** What the pools of the run's tier hold, and what the run wants of time. */
  readonly ledgers: readonly PoolLedger[];
  readonly objective: Objective;
  readonly startDelayMs: number;
  /** vCPUs of all slots together, as slots of the run's tier. */
  readonly slotLimit: number;
  /** Memory of the plan's slots, in MiB: what a slot costs. */
  readonly memoryMiB: number;
  /** Start and fixed input of one shard. */
  readonly overheadMs: number;
}

/** Puts together what the resharder weighs: the open shards with what is left of each, prices, and the chance of being late. */
export function reshardRequest(facts: ReshardFacts): ReshardRequest {
  const { now, sharding, plan, earlier, memoryMiB } = facts;
  const paces = rootPaces(facts);
  const operations = sharding.operations.flatMap((operation) => openOperation(operation, facts, paces) ?? []);
  const openMs = operations.flatMap(({ shards }) => shards).reduce((sum, shard) => sum + shard.remainingMs, 0);
  const slots = slotCount(plan, now);
  const freeCount = facts.ledgers.reduce((sum, ledger) => sum + freeSlots(ledger, now, plan.run), 0);
  const plannedMs = Math.max(1, plan.expectedEndAt - plan.madeAt);
  return {
    now,
    operations,
    slotCount: slots,
    slotMax: Math.max(slots, Math.min(freeCount, facts.slotLimit)),
    startDelayMs: facts.startDelayMs,
    slotUsdPerMs: workerCost(memoryMiB, 1),
    latenessUsdPerMs: (LATENESS_WORTH * plan.costUsd) / plannedMs,
    requestUsd: PRICES.s3Get,
    // who asks for the least time is late with every millisecond
    lateChance: facts.objective === 'latency' ? 1 : lateChance(openMs / slots, plan.deadlineAt - now, END_SPREAD),
    earlier,
  };
}

/** Operations whose shards could be claimed or run now: what still waits for others is cut when its time comes. */
function openOperation(
  operation: ShardedOperation,
  facts: ReshardFacts,
  paces: ReadonlyMap<ShardId, number>,
): OpenOperation | undefined {
  const { records, sharding, overheadMs } = facts;
  const shards = records
    .filter((record) => record.operation === operation.id && (record.state === 'READY' || record.state === 'RUNNING'))
    .flatMap((record) => watched(record, facts, paces.get(record.root) ?? 1) ?? []);
  if (shards.length === 0) return undefined;
  const readers = sharding.operations.filter(({ after }) => after.some((edge) => edge.operation === operation.id));
  const borders = bordersOf(operation.layout);
  return {
    id: operation.id,
    slackMs: operation.slackMs,
    overheadMs,
    readerCount: readers.reduce((sum, { shardCount }) => sum + shardCount, 0),
    shards,
    ...(borders && { borders }),
  };
}

function watched(
  record: ShardRecord,
  { predictions, now }: ReshardFacts,
  runPace: number,
): (WatchedShard & { readonly remainingMs: number }) | undefined {
  const need = predictions.need(record);
  if (!need) return undefined;
  const shard: WatchedShard = {
    id: record.shard,
    operation: record.operation,
    state: record.state === 'RUNNING' ? 'running' : 'waiting',
    start: record.range.start,
    end: endOf(record),
    cursor: record.cursor,
    predictedMs: need.durationMs.point,
    predictedUpperMs: need.durationMs.upper,
    ...(record.claimedAt !== undefined && { startedAt: record.claimedAt }),
  };
  return { ...shard, remainingMs: remainingMs(shard, now, runPace) };
}

/** Of shards that were cut: how slow what has been worked of them was. */
function rootPaces({ records, predictions, now }: ReshardFacts): ReadonlyMap<ShardId, number> {
  const cut = new Set(records.filter(({ shard, root }) => shard !== root).map(({ root }) => root));
  const parts = Map.groupBy(
    records.filter(({ root }) => cut.has(root)),
    ({ root }) => root,
  );
  return new Map([...parts].map(([root, own]) => [root, rootPace(own.flatMap((part) => worked(part)))]));

  function worked(part: ShardRecord): readonly WorkedPart[] {
    const { state, cursor, range, claimedAt, doneAt = now } = part;
    const need = predictions.need(part);
    if (!need || claimedAt === undefined || (state !== 'RUNNING' && state !== 'DONE')) return [];
    const takenShare = (cursor - range.start) / Math.max(1, endOf(part) - range.start);
    return [{ takenShare, predictedMs: need.durationMs.point, startedAt: claimedAt, workedUntil: doneAt }];
  }
}

/** Units at which a cut is allowed; nothing when any unit will do. */
function bordersOf({ cutInside, segments }: InputLayout): readonly number[] | undefined {
  if (cutInside) return undefined;
  let units = 0;
  return segments.map((segment) => {
    units += segment.units;
    return units;
  });
}
