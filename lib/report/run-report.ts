import * as z from 'zod';
import { Forecast } from '../forecast/forecast.ts';
import { Interval } from '../forecast/interval.ts';
import { Plan } from '../plan/plan.ts';
import { Pool } from '../plan/pool.ts';
import { TradeOffPoint } from '../plan/trade-off.ts';
import { ShardAttempt } from '../profile/shard-attempt.ts';
import { ReshardRecord } from '../reshard/reshard-record.ts';
import { Dependency } from '../workflow/definition.ts';
import { BacklogReport } from './backlog-report.ts';
import { TypeLoad } from './type-load.ts';

/** A shard that failed every attempt, with all that is needed to look into it. */
export const PoisonedShard = z.strictObject({
  shard: z.string(),
  operation: z.string(),
  range: z.strictObject({ unit: z.string(), start: z.number(), end: z.number(), objects: z.array(z.string()) }),
  attempts: z.int().positive(),
  error: z.strictObject({ name: z.string(), message: z.string() }),
});
export type PoisonedShard = z.infer<typeof PoisonedShard>;

/** One operation as it was predicted and as it was; times are on one vCPU, sums over its shards, in milliseconds. */
export const OperationReport = z.strictObject({
  id: z.string(),
  type: z.string(),
  /** The operations that it comes after: the edges of the picture of the critical path. */
  after: z.array(Dependency),
  shardCount: z.int().nonnegative(),
  committedCount: z.int().nonnegative(),
  onCriticalPath: z.boolean(),
  slackMs: z.number(),
  /** Sum over its shards, as predicted before the run and as it was. */
  predictedMs: Interval,
  actualMs: z.number(),
  bytesIn: z.number(),
  recordsIn: z.number(),
  recordsOut: z.number(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
});
export type OperationReport = z.infer<typeof OperationReport>;

/** What the run would cost on AWS, in US dollars, part by part. */
export const CostSplit = z.strictObject({
  lambdaUsd: z.number(),
  stepFunctionsUsd: z.number(),
  dynamoDbUsd: z.number(),
  s3Usd: z.number(),
  totalUsd: z.number(),
});
export type CostSplit = z.infer<typeof CostSplit>;

/** Everything that can be said of a run after it: the command line, the HTML report and `--json` show this. */
export const RunReport = z.strictObject({
  run: z.string(),
  workflow: z.string(),
  startedAt: z.number(),
  endedAt: z.number(),
  deadlineAt: z.number(),
  outcome: z.enum(['met', 'missed', 'incomplete', 'aborted']),
  operations: z.array(OperationReport),
  attempts: z.array(ShardAttempt),
  /** What the first plan promised, before anything ran. */
  promise: Plan.pick({ madeAt: true, expectedEndAt: true, chance: true, costUsd: true, grants: true, admission: true }),
  /** The last plan. */
  plan: Plan,
  pools: z.array(Pool),
  /** Made before the run; for a shard that was cut, the part of it that its range is of the whole. */
  forecast: Forecast,
  decisions: z.array(ReshardRecord),
  /** Operations whose input kept arriving; none in reports of runs from before there were any. */
  backlogs: z.array(BacklogReport).default([]),
  /** Of the run's types, as the refresher left them; none before it has seen them. */
  loads: z.array(TypeLoad).default([]),
  poisoned: z.array(PoisonedShard),
  criticalPath: z.strictObject({ operations: z.array(z.string()), lengthMs: z.number() }),
  shardCountBound: z.number(),
  cost: CostSplit,
  /** Cost against finish time as it could be planned before the run: the Pareto curve. */
  tradeOff: z.array(TradeOffPoint).default([]),
  accuracy: z.strictObject({
    /** Median over committed shards of |predicted - actual| duration, in milliseconds. */
    medianAbsoluteErrorMs: z.number(),
    /** Share of committed shards whose duration lay inside its interval. */
    coverage: z.number(),
    level: z.number(),
  }),
  /** Where each last operation's output lies, operation by operation. */
  outputs: z.array(z.strictObject({ operation: z.string(), locations: z.array(z.string()) })),
});
export type RunReport = z.infer<typeof RunReport>;
