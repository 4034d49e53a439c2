import type { EpochMs } from '../core/quantity.ts';
import { accuracy } from '../forecast/accuracy.ts';
import type { Forecast } from '../forecast/forecast.ts';
import type { Interval } from '../forecast/interval.ts';
import { onOneVcpu } from '../forecast/size/on-one-vcpu.ts';
import { predictions } from '../observe/predictions.ts';
import { COUNTED_USE } from '../plan/counted-use.ts';
import type { Plan } from '../plan/plan.ts';
import type { Pool } from '../plan/pool.ts';
import { gibSeconds, type RunUsage, runCost } from '../plan/price.ts';
import type { TradeOffPoint } from '../plan/trade-off.ts';
import type { ShardAttempt } from '../profile/shard-attempt.ts';
import type { ReshardRecord } from '../reshard/reshard-record.ts';
import { OutputManifest } from '../run/input/output-manifest.ts';
import type { RunDefinition } from '../run/run-definition.ts';
import type { RunProgress } from '../run/run-progress.ts';
import { endOf, type ShardRecord } from '../run/shard-record.ts';
import type { ShardedOperation, Sharding } from '../shards/sharding.ts';
import { type BacklogFacts, type BacklogReport, backlogReport } from './backlog-report.ts';
import type { OperationReport, PoisonedShard, RunReport } from './run-report.ts';
import type { TypeLoad } from './type-load.ts';

/** Objects that one shard reads: parts of its input. */
const GETS_PER_SHARD = 4;

export interface ReportFacts {
  readonly run: string;
  readonly now: EpochMs;
  readonly definition: RunDefinition;
  readonly sharding: Sharding;
  readonly forecast: Forecast;
  /** What was promised before anything ran. */
  readonly firstPlan: Plan;
  readonly plan: Plan;
  readonly pools: readonly Pool[];
  readonly progress: RunProgress;
  readonly records: readonly ShardRecord[];
  /** Second attempts, whatever has become of them. */
  readonly copies: readonly ShardRecord[];
  readonly attempts: readonly ShardAttempt[];
  readonly decisions: readonly ReshardRecord[];
  readonly slotCount: number;
  readonly backlogs: readonly BacklogFacts[];
  /** Cost against finish time, as the run began. */
  readonly tradeOff: readonly TradeOffPoint[];
  readonly loads: readonly TypeLoad[];
  readonly aborted: boolean;
}

/** Puts a run's report together from what the tables and the store hold of it. */
export function buildReport(facts: ReportFacts): RunReport {
  const { run, now, definition, sharding, plan, pools, attempts, decisions } = facts;
  const { madeAt, expectedEndAt, chance, costUsd, grants, admission } = facts.firstPlan;
  const forecast = forecastOfFinalShards(facts);
  const ofOperation = byOperation(facts);
  return {
    run,
    workflow: definition.workflow.name,
    startedAt: definition.startedAt,
    endedAt: now,
    deadlineAt: definition.deadlineAt,
    outcome: outcomeOf(facts),
    operations: sharding.operations.map((operation) =>
      operationReport(operation, ofOperation(operation.id), forecast.level),
    ),
    attempts: [...attempts],
    promise: { madeAt, expectedEndAt, chance, costUsd, grants, admission },
    plan,
    pools: [...pools],
    forecast,
    decisions: [...decisions],
    backlogs: facts.backlogs.flatMap((backlog) => backlogOf(backlog, facts) ?? []),
    loads: [...facts.loads],
    poisoned: facts.records
      .filter(({ state }) => state === 'POISONED')
      .map((record) => poisonedShard(record, sharding)),
    criticalPath: sharding.criticalPath,
    shardCountBound: sharding.shardCountBound,
    cost: runCost(usageOf(facts)),
    tradeOff: [...facts.tradeOff],
    accuracy: accuracy(forecast, attempts),
    outputs: outputsOf(facts),
  };
}

function backlogOf(backlog: BacklogFacts, { records, definition }: ReportFacts): BacklogReport | undefined {
  const own = records.filter(({ operation }) => operation === backlog.operation.id);
  return backlogReport(backlog, { records: own, startedAt: definition.startedAt });
}

/** A shard that was cut is compared with the part of its forecast that its range is of the whole. */
function forecastOfFinalShards({ forecast, sharding, records }: ReportFacts): Forecast {
  const predicted = predictions(forecast, sharding);
  const shards = records.flatMap((record) => {
    const need = record.state === 'REMOVED' ? undefined : predicted.need(record);
    return need ? [{ shard: record.shard, need }] : [];
  });
  return { ...forecast, shards };
}

function outcomeOf({ progress, aborted, now, definition }: ReportFacts): RunReport['outcome'] {
  if (aborted) return 'aborted';
  if (progress.state !== 'complete') return 'incomplete';
  return now <= definition.deadlineAt ? 'met' : 'missed';
}

/** What there is of one operation. */
interface OperationFacts {
  readonly records: readonly ShardRecord[];
  readonly committed: readonly ShardAttempt[];
  /** As they were predicted, of the shards that it was cut into first. */
  readonly durations: readonly Interval[];
}

/** @complexity O(n) for n shards and attempts in all, and O(1) for each operation */
function byOperation({ records, attempts, forecast, sharding }: ReportFacts): (id: string) => OperationFacts {
  const recordsOf = Map.groupBy(records, ({ operation }) => operation);
  const attemptsOf = Map.groupBy(attempts, ({ operation }) => operation);
  const operationOf = new Map(sharding.shards.map(({ id, operation }) => [id, operation]));
  const needsOf = Map.groupBy(forecast.shards, ({ shard }) => operationOf.get(shard));
  return (id) => ({
    records: (recordsOf.get(id) ?? []).filter(({ state }) => state !== 'REMOVED'),
    committed: (attemptsOf.get(id) ?? []).filter(({ outcome }) => outcome === 'committed'),
    durations: (needsOf.get(id) ?? []).map(({ need }) => need.durationMs),
  });
}

function operationReport(
  operation: ShardedOperation,
  { records, committed, durations }: OperationFacts,
  level: number,
): OperationReport {
  const sum = (of: (attempt: ShardAttempt) => number) => committed.reduce((total, attempt) => total + of(attempt), 0);
  const starts = committed.map(({ startedAt }) => startedAt);
  return {
    id: operation.id,
    type: operation.type,
    after: operation.after,
    shardCount: records.length,
    committedCount: records.filter(({ state }) => state === 'DONE').length,
    onCriticalPath: operation.onCriticalPath,
    slackMs: operation.slackMs,
    predictedMs: sumOf(durations, level),
    actualMs: sum(onOneVcpu),
    bytesIn: sum(({ bytesIn }) => bytesIn),
    recordsIn: sum(({ recordsIn }) => recordsIn),
    recordsOut: sum(({ recordsOut }) => recordsOut),
    ...(starts.length > 0 && {
      startedAt: Math.min(...starts),
      endedAt: Math.max(...committed.map(({ startedAt, durationMs }) => startedAt + durationMs)),
    }),
  };
}

/** Ends of a sum: the shards of an operation err together more than apart, so their ends are added too. */
function sumOf(intervals: readonly Interval[], level: number): Interval {
  const total = (end: 'point' | 'lower' | 'upper') => intervals.reduce((sum, interval) => sum + interval[end], 0);
  return { point: total('point'), lower: total('lower'), upper: total('upper'), level };
}

function poisonedShard(record: ShardRecord, { operations }: Sharding): PoisonedShard {
  const layout = operations.find(({ id }) => id === record.operation)?.layout;
  return {
    shard: record.shard,
    operation: record.operation,
    range: {
      unit: layout?.unit ?? 'whole',
      start: record.range.start,
      end: endOf(record),
      objects: (layout?.objects ?? []).map(({ location }) => location),
    },
    attempts: Math.max(1, record.attempts),
    error: record.error ?? { name: 'WorkerDied', message: 'no attempt left a word' },
  };
}

function usageOf({ attempts, slotCount }: ReportFacts): RunUsage {
  return {
    gibSeconds: attempts.reduce((sum, { memoryTierMiB, durationMs }) => sum + gibSeconds(memoryTierMiB, durationMs), 0),
    requestCount: slotCount,
    transitionCount: COUNTED_USE.transitionsPerRun + COUNTED_USE.transitionsPerSlot * slotCount,
    writeCount: attempts.length * COUNTED_USE.writesPerShard,
    readCount: attempts.length * COUNTED_USE.readsPerShard,
    putCount: attempts.length,
    getCount: attempts.length * GETS_PER_SHARD,
  };
}

/** The outputs of operations that no other one reads, in the order of their shards; one without records is no object. */
function outputsOf({ sharding, records }: ReportFacts): RunReport['outputs'] {
  const read = new Set(sharding.operations.flatMap(({ after }) => after.map(({ operation }) => operation)));
  const done = Map.groupBy(
    records.filter(({ state }) => state === 'DONE'),
    ({ operation }) => operation,
  );
  return sharding.operations
    .filter(({ id }) => !read.has(id))
    .map(({ id }) => ({
      operation: id,
      locations: (done.get(id) ?? [])
        .toSorted((a, b) => a.index - b.index || a.range.start - b.range.start)
        .flatMap(({ output }) => {
          const manifest = OutputManifest.safeParse(output);
          return manifest.success && manifest.data.sizeBytes > 0 ? [manifest.data.location] : [];
        }),
    }));
}
