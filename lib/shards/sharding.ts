import * as z from 'zod';
import { DataSource, Dependency, OperationId } from '../workflow/definition.ts';
import { TaskName } from '../workflow/task-name.ts';
import { DataRange, InputLayout } from './input-layout.ts';

/** One task of a shard; a fused shard runs several, each on what the one before gave. */
export const Step = z.strictObject({
  operation: OperationId,
  task: TaskName,
  params: z.record(z.string(), z.json()),
});
export type Step = z.infer<typeof Step>;

/** An operation as the sharder cut it, or a chain of operations that it fused, named after the last of them. */
export const ShardedOperation = z.strictObject({
  id: OperationId,
  steps: z.array(Step).min(1),
  type: z.string(),
  after: z.array(Dependency),
  source: DataSource.optional(),
  layout: InputLayout,
  /** How many key partitions each shard's output has; 1 when no wide edge leaves it. */
  outputPartitions: z.int().positive(),
  replicate: z.boolean(),
  shardCount: z.int().positive(),
  /** The proof: no count below this meets the deadline with the asked probability. */
  leastShardCount: z.number().nonnegative(),
  /** Expected work of the whole operation on one vCPU. */
  workMs: z.number().nonnegative(),
  /** How long the operation may be late without making the workflow late. */
  slackMs: z.number(),
  onCriticalPath: z.boolean(),
});
export type ShardedOperation = z.infer<typeof ShardedOperation>;

/** A part of an operation that one worker runs on its own. */
export const Shard = z.strictObject({
  id: z.string(),
  operation: OperationId,
  /** Its number within the operation; what is cut off a shard keeps the number. */
  index: z.int().nonnegative(),
  type: z.string(),
  range: DataRange,
  /** Expected input volume. */
  bytes: z.number().nonnegative(),
  /** What must have committed before it may start: see core/ids. */
  needs: z.array(z.string()),
  /** The shards of narrow successors that wait for this one. */
  feeds: z.array(z.string()),
});
export type Shard = z.infer<typeof Shard>;

/** The sharder's answer: the shard execution graph and its proof. */
export const Sharding = z.strictObject({
  /** In topological order. */
  operations: z.array(ShardedOperation),
  shards: z.array(Shard),
  criticalPath: z.strictObject({ operations: z.array(OperationId), lengthMs: z.number().nonnegative() }),
  /** No plan meets the deadline with fewer shards in all. */
  shardCountBound: z.number().nonnegative(),
  /** When the workflow could end if every shard started as soon as it may. */
  expectedLengthMs: z.number().nonnegative(),
});
export type Sharding = z.infer<typeof Sharding>;
