import type { ShardType } from '../core/ids.ts';
import type { DurationMs, EpochMs, MemoryMiB } from '../core/quantity.ts';
import type { Settings } from '../core/settings.ts';
import type { AllocateRequest, OpenShard } from '../plan/allocate-request.ts';
import type { RunDemand } from '../plan/hopeless-runs.ts';
import type { Canary, Plan } from '../plan/plan.ts';
import type { Pool } from '../plan/pool.ts';
import type { PoolLedger } from '../plan/pool-ledger.ts';
import type { RunDefinition } from '../run/run-definition.ts';
import { endOf, type ShardRecord } from '../run/shard-record.ts';
import { backlogSteps, stepClosesMs, stepOf, streamOf } from '../shards/backlog-layout.ts';
import type { Shard, Sharding } from '../shards/sharding.ts';
import type { Predictions } from './predictions.ts';

/** What a plan is made of: the run as it was cut, as it was predicted, and as it is. */
export interface AllocationFacts {
  readonly run: string;
  readonly now: EpochMs;
  readonly definition: RunDefinition;
  readonly sharding: Sharding;
  readonly predictions: Predictions;
  /** Empty before the first plan: then no shard has been stored yet. */
  readonly records: readonly ShardRecord[];
  /** Second attempts, whatever has become of them: those that wait or run need slots, too. */
  readonly copies: readonly ShardRecord[];
  /** Types whose tier was decided while the run went on. */
  readonly tiers: ReadonlyMap<ShardType, MemoryMiB>;
  /** vCPUs that its slots may use together, where that was decided. */
  readonly ownVcpuMax: number | undefined;
  readonly plan: Plan | undefined;
  /** The plan's canaries, judged by what has become of them. */
  readonly canaries: readonly Canary[];
  readonly profiled: { has(type: ShardType): boolean };
  readonly pools: readonly Pool[];
  readonly ledgers: readonly PoolLedger[];
  /** What is left of the other runs that are carried out. */
  readonly others: readonly RunDemand[];
  readonly settings: Settings;
}

/** Puts together what the allocator needs to know of a run that is to be planned, for the first time or again. */
export function allocationRequest(facts: AllocationFacts): AllocateRequest {
  const { run, now, definition, plan, pools, ledgers, settings } = facts;
  const { workflow, deadlineAt } = definition;
  const stored = facts.records.length > 0;
  const shards = stored ? openRecords(facts) : facts.sharding.shards.flatMap((shard) => fresh(shard, facts));
  return {
    run,
    generation: (plan?.generation ?? 0) + 1,
    newcomer: plan === undefined || plan.admission.admitted === 'refused',
    now,
    startedAt: definition.startedAt,
    deadlineAt,
    priority: workflow.priority,
    objective: workflow.objective,
    shards: [...shards],
    pools: [...pools],
    ledgers: [...ledgers],
    others: [...facts.others],
    canaries: [...facts.canaries],
    tiers: [...facts.tiers].map(([type, memoryMiB]) => ({ type, memoryMiB })),
    newTypes: newTypes(facts),
    canaryCount: settings.canaryCount,
    startDelayMs: settings.startDelayMs,
    vcpuMax: settings.vcpuMax,
    ...(facts.ownVcpuMax !== undefined && { ownVcpuMax: facts.ownVcpuMax }),
    chance: settings.chance,
  };
}

/** A type that was put on trial once, or ran without a trial, is not new any more. */
function newTypes({ sharding, profiled, plan }: AllocationFacts): ShardType[] {
  if (plan) return [];
  return [...new Set(sharding.operations.map(({ type }) => type))].filter((type) => !profiled.has(type));
}

function fresh(shard: Shard, facts: AllocationFacts): readonly OpenShard[] {
  const { id, operation, index, type, needs, range } = shard;
  const need = facts.predictions.need({ root: id, range });
  const arrival = arrivalOf({ operation, needs, range }, facts);
  return need ? [{ id, operation, index, type, needs, need, memoryMinMiB: 0, ...arrival }] : [];
}

function openRecords(facts: AllocationFacts): readonly OpenShard[] {
  const { records, copies, predictions, pools, settings, now } = facts;
  return [...records, ...copies].flatMap((record) => {
    const need = predictions.need(record);
    if (!need || !['BLOCKED', 'READY', 'RUNNING'].includes(record.state)) return [];
    const { shard, operation, index, type, needs, met, attempts, memoryTierMiB } = record;
    const pool = pools.find(({ zone, memoryMiB }) => zone === record.zone && memoryMiB === memoryTierMiB)?.id;
    const running =
      record.state === 'RUNNING' && pool
        ? { pool, remainingMs: restOf(record, need.durationMs.point, now) }
        : undefined;
    const [smallest = 0] = settings.tiersMiB;
    return {
      id: shard,
      operation,
      index,
      type,
      needs: needs.filter((one) => !met.has(one)),
      need,
      memoryMinMiB: attempts > 0 && memoryTierMiB > smallest ? memoryTierMiB : 0,
      ...(running && { running }),
      ...arrivalOf(record, facts),
    };
  });
}

/** Of a shard over a backlog: when its step is complete, and when the first object of the step must have been committed. */
function arrivalOf(
  { operation, needs, range }: Pick<ShardRecord, 'operation' | 'needs' | 'range'>,
  { now, definition, sharding }: AllocationFacts,
): Pick<OpenShard, 'arrival'> {
  if (!needs.some((need) => need.startsWith('intake:'))) return {};
  const stream = streamOf(sharding.operations.find(({ id }) => id === operation)?.source);
  if (!stream) return {};
  const steps = backlogSteps(stream);
  const closesAt = definition.startedAt + stepClosesMs(steps, stepOf(range));
  const beganAt = definition.startedAt + stepClosesMs(steps, Math.max(0, stepOf(range) - 1));
  return { arrival: { opensInMs: Math.max(0, closesAt - now), dueInMs: beganAt + steps.lagMs - now } };
}

/** By its cursor when it has moved, else by the clock. */
function restOf(record: ShardRecord, predictedMs: DurationMs, now: EpochMs): DurationMs {
  const units = Math.max(1, endOf(record) - record.range.start);
  const left = (predictedMs * (endOf(record) - record.cursor)) / units;
  return Math.max(0, Math.min(left, predictedMs - (now - (record.claimedAt ?? now))));
}
