import * as z from 'zod';
import { DEADLINE_FORMS, DURATION_FORMS, isDeadline, isDuration } from './deadline.ts';
import { TaskName } from './task-name.ts';

/** What one definition may hold; larger ones are cut into several workflows or made coarser. */
export const OPERATIONS_MAX = 10_000;

const PARTITIONS_MAX = 4_096;
const MEMORY_MIB_MAX = 10_240;

/** Letters, digits, `-` and `_`: safe in a DynamoDB key, an S3 key and a metric dimension. */
export const OperationId = z
  .string()
  .regex(/^[A-Za-z0-9][\w-]{0,63}$/, 'letters, digits, - and _, at most 64, starting with a letter or digit');
export type OperationId = z.infer<typeof OperationId>;

const Location = z
  .string()
  .min(1)
  .max(1024)
  .describe(
    "Where the data lies: s3://bucket/key, file:path (embedded runtime only), or a key in the run's own store. A location that ends in / is a prefix: every object under it is read.",
  );

/** Objects that keep arriving while the run goes on. */
export const BacklogStream = z
  .strictObject({
    kind: z.literal('backlog').describe('New objects under the prefix are taken in until the stream closes.'),
    closes: z
      .string({ error: DURATION_FORMS })
      .refine(isDuration, { error: DURATION_FORMS })
      .describe('How long after the start of the run arrivals are taken in: a duration with its unit.'),
    lag: z
      .string({ error: DURATION_FORMS })
      .refine(isDuration, { error: DURATION_FORMS })
      .describe('The objective: at most so long from the arrival of an object to the commit of its shard.'),
  })
  .describe(
    'The objects keep arriving: those that lie there are the backlog, more come until the stream closes. Capacity follows the forecast of what arrives.',
  );
export type BacklogStream = z.infer<typeof BacklogStream>;

const Columns = z
  .array(z.string().min(1))
  .min(1)
  .describe('The columns that the task needs; the others are left out of its records.');

const Count = z.int().nonnegative();

/**
 * Where an operation that comes first gets its input. An operation that comes after others reads their outputs.
 * `csv` and `ndjson` are cut at byte ranges and aligned to lines, `parquet` at row groups, `objects` by bytes,
 * `keys` at any whole number; a location that ends in `/` is a prefix, and every object under it is read.
 */
export const DataSource = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('csv'),
        location: Location,
        delimiter: z
          .string()
          .regex(/^[\t -!#-~]$/, 'a tab or one printable ASCII character other than a quote')
          .describe('Between two fields. Default: a comma.')
          .optional(),
        columns: Columns.optional(),
      })
      .describe(
        'RFC 4180 text in UTF-8; the first line of each object names the columns, every value is a text. Cut at byte ranges, aligned to records.',
      ),
    z
      .strictObject({ kind: z.literal('ndjson'), location: Location })
      .describe('One JSON value a line, in UTF-8. Cut at byte ranges, aligned to lines.'),
    z
      .strictObject({ kind: z.literal('parquet'), location: Location, columns: Columns.optional() })
      .describe('Apache Parquet. Cut at row groups. Dates and times are milliseconds since 1970.'),
    z
      .strictObject({ kind: z.literal('objects'), location: Location, stream: BacklogStream.optional() })
      .describe('Whole objects, one record each with its location and sizeBytes. Cut between objects.'),
    z
      .strictObject({
        kind: z.literal('keys'),
        from: z.int().describe('The first number.'),
        to: z.int().describe('The number after the last one.'),
      })
      .describe('Whole numbers in a half open range, one record each. Cut anywhere.'),
    z
      .strictObject({
        kind: z.literal('custom'),
        source: TaskName.describe('The registered data source that lays the input out and reads it.'),
        location: Location,
        params: z.record(z.string(), z.json()).default({}).describe('What the data source gets as its parameters.'),
      })
      .describe('Read by a data source of your own: docs/extending.md. Cut where it says.'),
  ])
  .describe('Where an operation that reads data from outside gets it.');
export type DataSource = z.infer<typeof DataSource>;

/** `narrow`: partition by partition. `wide`: every partition needs every partition, a shuffle. */
export const Dependency = z.strictObject({
  operation: OperationId.describe('The id of an operation of this workflow.'),
  edge: z
    .enum(['narrow', 'wide'])
    .describe(
      'narrow: partition by partition, without a barrier. wide: every partition needs every partition, a shuffle by key.',
    ),
});
export type Dependency = z.infer<typeof Dependency>;

/** What the author believes an operation needs in all; the profile of earlier runs knows better. */
export const Estimates = z.strictObject({
  bytes: Count.describe('Bytes that the whole operation reads.').optional(),
  records: Count.describe('Records that the whole operation reads.').optional(),
  cpuSeconds: z.number().nonnegative().describe('CPU time of the whole operation on one vCPU, in seconds.').optional(),
  memoryMiB: z.number().positive().max(MEMORY_MIB_MAX).describe('Peak memory of one shard, in MiB.').optional(),
});
export type Estimates = z.infer<typeof Estimates>;

export const Operation = z.strictObject({
  id: OperationId.describe('The name of the operation, once in a workflow.'),
  task: TaskName,
  after: z
    .array(Dependency)
    .max(OPERATIONS_MAX)
    .default([])
    .describe('The operations whose outputs it reads; it starts once they have given them.'),
  input: DataSource.optional(),
  divisible: z
    .union([z.boolean(), z.int().positive()])
    .default(true)
    .describe('false: one shard does it all. A number: the smallest unit it may be cut to, in bytes.'),
  partitions: z
    .array(z.number().nonnegative())
    .min(1)
    .max(PARTITIONS_MAX)
    .describe('The share of each key partition, when known: any non-negative weights.')
    .optional(),
  estimates: Estimates.default({}).describe(
    'What is believed of the whole operation before the first run; profiles of earlier runs replace it.',
  ),
  params: z.record(z.string(), z.json()).default({}).describe('What the task gets as its parameters.'),
  replicate: z.boolean().default(false).describe('Writes the output twice, the second time into another store.'),
});
export type Operation = z.infer<typeof Operation>;

/** What a plan is for: the least cost that meets the deadline, the least cost, or the least time. */
export const Objective = z
  .enum(['deadline', 'cost', 'latency'])
  .describe(
    'deadline: the least cost that meets the deadline. cost: the least cost. latency: the least time, whatever it costs.',
  );
export type Objective = z.infer<typeof Objective>;

export const Workflow = z.strictObject({
  $schema: z.string().describe('The JSON Schema that an editor checks against; not read.').optional(),
  version: z.literal(1).describe('The version of this format.'),
  name: OperationId.describe('The name of the workflow: runs, metrics and profiles carry it.'),
  deadline: z
    .string({ error: DEADLINE_FORMS })
    .refine(isDeadline, { error: DEADLINE_FORMS })
    .meta({
      description:
        'The latency requirement: a duration from the start with its unit (500ms, 90s, 10m, 2h, 1d, PT10M) or a moment with its zone.',
      examples: ['90s', '10m', 'PT2H', '2026-12-01T06:00:00Z'],
    }),
  priority: z
    .int()
    .min(0)
    .max(9)
    .default(5)
    .describe('Among workflows of one account: 0 is the lowest, 9 the highest.'),
  objective: Objective.default('deadline'),
  context: z
    .record(
      z.string().regex(/^[A-Za-z]\w{0,31}$/, 'letters, digits and _, at most 32, starting with a letter'),
      z.union([z.string().max(64), z.number()]),
    )
    .default({})
    .describe('Outside factors that profiles are correlated with: region, user activity and the like.'),
  operations: z.array(Operation).min(1).max(OPERATIONS_MAX).describe('What is to be done, in any order.'),
});
export type Workflow = z.infer<typeof Workflow>;
