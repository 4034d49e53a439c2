import { copyId, type ShardId } from '../core/ids.ts';
import type { DurationMs, EpochMs } from '../core/quantity.ts';
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
import type { ShardAttempt } from '../profile/shard-attempt.ts';
import { endOf, type ShardRecord } from '../run/shard-record.ts';
import type { InputLayout } from '../shards/input-layout.ts';
import type { ShardedOperation, Sharding } from '../shards/sharding.ts';
import type { Objective, Operation } from '../workflow/definition.ts';
import type { OpenOperation, OpenShard, ReshardRequest } from './candidate.ts';
import { mergeRules } from './merge-rules.ts';
import type { ReshardRecord } from './reshard-record.ts';
import { type SlotFacts, slotOptions } from './slot-options.ts';
import { tierFacts } from './tier-facts.ts';

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
  /** Telemetry of the attempts that have ended; none while no shard waits. */
  readonly attempts: readonly ShardAttempt[];
  /** Tiers with an open pool, ascending. */
  readonly tiersMiB: readonly number[];
  /** Second attempts, whatever has become of them. */
  readonly copies: readonly ShardRecord[];
  /** Attempts at a shard before it is set aside. */
  readonly attemptMax: number;
  /** How far each operation of the workflow may be cut, as its definition says. */
  readonly divisible: ReadonlyMap<string, Operation['divisible']>;
  /** The run as it would be planned now, and every slot that it ever had. @default - the number of slots is not weighed */
  readonly slots?: Pick<SlotFacts, 'allocation' | 'slots'>;
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
    ...copyCounts(facts),
    earlier,
    ...slotsOf(facts, operations),
  };
}

/** What runs is expected to take as long as its cursor says, here as everywhere. */
function slotsOf(
  { slots: known, records, copies, plan }: ReshardFacts,
  operations: readonly OpenOperation[],
): Pick<ReshardRequest, 'slots'> {
  if (!known) return {};
  const restOf = new Map(operations.flatMap(({ shards }) => shards.map((shard) => [shard.id, shard.remainingMs])));
  const shards = known.allocation.shards.map((shard) => {
    const { running } = shard;
    return running
      ? { ...shard, running: { ...running, remainingMs: restOf.get(shard.id) ?? running.remainingMs } }
      : shard;
  });
  const slots = slotOptions({
    allocation: { ...known.allocation, shards },
    slots: known.slots,
    owners: [...records, ...copies].flatMap(({ state, owner }) => (state === 'RUNNING' && owner ? [owner] : [])),
    grants: plan.grants,
    endSpread: END_SPREAD,
  });
  return slots ? { slots } : {};
}

function tiersOf({ id }: ShardedOperation, { records, attempts, tiersMiB, predictions }: ReshardFacts) {
  const own = records.filter(({ operation }) => operation === id);
  const predictedMs = (record: ShardRecord) => predictions.need(record)?.durationMs.point ?? 0;
  const tiers = tierFacts({ attempts, records: own }, { tiersMiB, predictedMs });
  return tiers && { tiers };
}

function copyCounts({
  copies,
  records,
}: ReshardFacts): Pick<ReshardRequest, 'copyCount' | 'copiesWon' | 'copiesEnded'> {
  const open = copies.filter(({ state }) => state === 'READY' || state === 'RUNNING');
  return {
    copyCount: open.length,
    copiesWon: records.filter(({ copy }) => copy !== undefined).length,
    copiesEnded: copies.filter((copy) => !open.includes(copy) && copy.epoch > 0).length,
  };
}

/** Operations whose shards could be claimed or run now: what still waits for others is cut when its time comes. */
function openOperation(
  operation: ShardedOperation,
  facts: ReshardFacts,
  paces: ReadonlyMap<ShardId, number>,
): OpenOperation | undefined {
  const { sharding, overheadMs } = facts;
  const records = facts.records.filter((record) => record.operation === operation.id);
  const rules = mergeRules(operation, records);
  const shards = records
    .filter(({ state }) => state === 'READY' || state === 'RUNNING')
    .flatMap((record) => {
      const shard = watched(record, facts, paces.get(record.root) ?? 1);
      const mergeable = rules.mergeable(record, facts.predictions);
      return shard ? [{ ...shard, ...(mergeable && { mergeable }) }] : [];
    });
  if (shards.length === 0) return undefined;
  const readers = sharding.operations.filter(({ after }) => after.some((edge) => edge.operation === operation.id));
  return {
    id: operation.id,
    slackMs: operation.slackMs,
    overheadMs,
    readerCount: readers.reduce((sum, { shardCount }) => sum + shardCount, 0),
    shards,
    mergesIndexes: rules.mergesIndexes,
    ...cuttable(operation, facts),
    ...tiersOf(operation, facts),
  };
}

function watched(record: ShardRecord, facts: ReshardFacts, runPace: number): OpenShard | undefined {
  const { predictions, now, attemptMax } = facts;
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
  return {
    ...shard,
    remainingMs: remainingMs(shard, now, runPace),
    freshMs: shard.predictedMs * runPace,
    lastAttempt: record.attempts + 1 >= attemptMax,
    ...copyRest(record, shard.predictedMs * runPace, facts),
  };
}

/** A copy that waits for a slot has all of it before it, and one that came to nothing has none. */
function copyRest(
  { shard, epoch }: ShardRecord,
  freshMs: DurationMs,
  { copies, now }: ReshardFacts,
): Pick<OpenShard, 'copyRestMs'> {
  const copy = copies.find((one) => one.shard === copyId(shard, epoch));
  if (!copy) return {};
  if (copy.state === 'READY') return { copyRestMs: freshMs };
  return { copyRestMs: copy.state === 'RUNNING' ? freshMs - (now - (copy.claimedAt ?? now)) : 0 };
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

/**
 * Where and how far the operation's ranges may be cut: at the borders of segments alone, or at any unit; no part smaller
 * than the definition says, by the bytes of an average unit; and not at all.
 */
function cuttable(
  { steps, layout }: ShardedOperation,
  { divisible }: ReshardFacts,
): Pick<OpenOperation, 'borders' | 'unitMin'> {
  const rules = steps.map(({ operation }) => divisible.get(operation) ?? true);
  if (rules.includes(false)) return { unitMin: Number.POSITIVE_INFINITY };
  const bytesMin = Math.max(0, ...rules.map((rule) => (typeof rule === 'number' ? rule : 0)));
  const bytes = layout.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const unitMin = Math.max(1, Math.ceil((bytesMin * layout.unitCount) / Math.max(1, bytes)));
  return { ...(!layout.cutInside && { borders: bordersOf(layout) }), ...(unitMin > 1 && { unitMin }) };
}

function bordersOf({ segments }: InputLayout): readonly number[] {
  let units = 0;
  return segments.map((segment) => {
    units += segment.units;
    return units;
  });
}
