import * as z from 'zod';
import { DEADLINE_FORMS, isDeadline } from './deadline.ts';

/** What one definition may hold; larger ones are cut into several workflows or made coarser. */
export const OPERATIONS_MAX = 10_000;

/** Letters, digits, `-` and `_`: safe in a DynamoDB key, an S3 key and a metric dimension. */
export const OperationId = z
  .string()
  .regex(/^[A-Za-z0-9][\w-]{0,63}$/, 'letters, digits, - and _, at most 64, starting with a letter or digit');
export type OperationId = z.infer<typeof OperationId>;

/** The name of registered task code. */
export const TaskName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/, 'lower case letters, digits and -, at most 64, starting with a letter');
export type TaskName = z.infer<typeof TaskName>;

/** Where objects lie: `s3://bucket/key`, `file:path` (embedded only), or a key in the run's own store. */
const Location = z.string().min(1).max(1024);

const Count = z.int().nonnegative();

/**
 * Where an operation that comes first gets its input. An operation that comes after others reads their outputs.
 * `csv` and `ndjson` are cut at byte ranges and aligned to lines, `parquet` at row groups, `objects` by bytes,
 * `keys` at any whole number; a location that ends in `/` is a prefix, and every object under it is read.
 */
export const DataSource = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('csv'),
    location: Location,
    delimiter: z.string().length(1).optional(),
    columns: z.array(z.string().min(1)).min(1).optional(),
  }),
  z.strictObject({ kind: z.literal('ndjson'), location: Location }),
  z.strictObject({
    kind: z.literal('parquet'),
    location: Location,
    columns: z.array(z.string().min(1)).min(1).optional(),
  }),
  z.strictObject({ kind: z.literal('objects'), location: Location }),
  z.strictObject({ kind: z.literal('keys'), from: z.int(), to: z.int() }),
]);
export type DataSource = z.infer<typeof DataSource>;

/** `narrow`: partition by partition. `wide`: every partition needs every partition, a shuffle. */
export const Dependency = z.strictObject({ operation: OperationId, edge: z.enum(['narrow', 'wide']) });
export type Dependency = z.infer<typeof Dependency>;

/** What the author believes an operation needs in all; the profile of earlier runs knows better. */
export const Estimates = z.strictObject({
  bytes: Count.optional(),
  records: Count.optional(),
  /** On one vCPU, over the whole operation. */
  cpuSeconds: z.number().nonnegative().optional(),
  /** Of one shard. */
  memoryMiB: z.number().positive().max(10_240).optional(),
});
export type Estimates = z.infer<typeof Estimates>;

export const Operation = z.strictObject({
  id: OperationId,
  task: TaskName,
  after: z.array(Dependency).max(OPERATIONS_MAX).default([]),
  input: DataSource.optional(),
  /** False: one shard does it all. A number: the smallest unit it may be cut to, in bytes. */
  divisible: z.union([z.boolean(), z.int().positive()]).default(true),
  /** The share of each key partition, when known: any non-negative weights. */
  partitions: z.array(z.number().nonnegative()).min(1).max(4096).optional(),
  estimates: Estimates.default({}),
  /** What the task gets as its parameters. */
  params: z.record(z.string(), z.json()).default({}),
  /** Writes the output twice, the second time into another store. */
  replicate: z.boolean().default(false),
});
export type Operation = z.infer<typeof Operation>;

/** What a plan is for: the least cost that meets the deadline, the least cost, or the least time. */
export const Objective = z.enum(['deadline', 'cost', 'latency']);
export type Objective = z.infer<typeof Objective>;

export const Workflow = z.strictObject({
  /** The JSON Schema that an editor checks against; not read. */
  $schema: z.string().optional(),
  version: z.literal(1),
  name: OperationId,
  /** The latency requirement: a duration from the start (`90s`, `10m`, `2h`, `PT10M`) or a moment with its zone. */
  deadline: z.string().refine(isDeadline, { error: DEADLINE_FORMS }),
  /** 0 is the lowest, 9 the highest. */
  priority: z.int().min(0).max(9).default(5),
  objective: Objective.default('deadline'),
  /** Outside factors that the profile correlates with: region, user activity and the like. */
  context: z.record(z.string().regex(/^[A-Za-z]\w{0,31}$/), z.union([z.string().max(64), z.number()])).default({}),
  operations: z.array(Operation).min(1).max(OPERATIONS_MAX),
});
export type Workflow = z.infer<typeof Workflow>;
