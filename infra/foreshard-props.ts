import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { WorkflowSchedule } from './constructs/triggers.ts';

export interface ForeshardProps {
  /**
   * The module with your task code: it exports `tasks`, a list of what `defineTask` makes, and where you have some
   * `sources`, `models`, `priority` and `provider`: see docs/extending.md.
   *
   * @default - the built-in tasks alone: `copy`, `replay` and those of the flights example
   */
  readonly tasksEntry?: string;
  /**
   * Begins the name of every function, machine and dashboard.
   *
   * @default - the stack's name in lower case
   */
  readonly name?: string;
  /**
   * Memory of the worker functions, in MiB, ascending; 1,769 is one vCPU.
   *
   * @default [1769, 3538, 7076]
   */
  readonly tiersMiB?: readonly number[];
  /**
   * Names of the zones in which workers run.
   *
   * @default - the first three of the region
   */
  readonly zones?: readonly string[];
  /**
   * Whether workers are pinned to zones, so that a zone can be lost or drained; without, there is no VPC at all.
   *
   * @default true
   */
  readonly zonal?: boolean;
  /**
   * Slots that one pool can have, over all runs.
   *
   * @default 100
   */
  readonly slotMax?: number;
  /**
   * vCPUs that all slots together may use: what the account's concurrency allows.
   *
   * @default 1000
   */
  readonly vcpuMax?: number;
  /**
   * Where the users live, `{ timeZone: 'Europe/Berlin', holidays: ['2026-12-25'] }`: days off, weekdays and clocks that
   * are set are then tried as reasons why work arrives when it does.
   *
   * @default - arrivals are forecast from their own past alone
   */
  readonly calendar?: { readonly timeZone: string; readonly holidays?: readonly string[] };
  /**
   * Whether worker environments are kept started where that pays: where they are used for more than 60 % of the time, or
   * a cold start would cost a run its deadline. Workers are called by an alias then.
   *
   * @default false
   */
  readonly provisioned?: boolean;
  /**
   * The table of all state, with the keys and the index that `Store` declares.
   *
   * @default - a new one, kept when the stack goes
   */
  readonly table?: ITable;
  /**
   * The bucket of definitions, outputs and reports.
   *
   * @default - a new one, kept when the stack goes
   */
  readonly bucket?: IBucket;
  /**
   * A second bucket, for the outputs of operations that ask for a replica. In another region it is out of reach of zonal
   * workers: their gateway endpoint leads to buckets of their own region alone.
   *
   * @default - none: a workflow that asks for replicas is refused
   */
  readonly replicaBucket?: IBucket;
  /**
   * Another region, in which a stack of its own makes a bucket for replicas, encrypted and kept as the own bucket is. Only
   * with `zonal: false`: zonal workers do not reach other regions.
   *
   * @default - none: a workflow that asks for replicas is refused
   */
  readonly replicaRegion?: string;
  /**
   * Encrypts the new table and the new bucket.
   *
   * @default - the keys of DynamoDB and S3 themselves
   */
  readonly encryptionKey?: IKey;
  /**
   * Buckets that workflows may read their input from.
   *
   * @default - the own bucket alone
   */
  readonly inputs?: readonly IBucket[];
  /**
   * Workflows that run again and again.
   *
   * @default - none
   */
  readonly schedules?: readonly WorkflowSchedule[];
  /**
   * When the refresher takes in what was measured and makes its forecasts anew. A forecast reaches six hours.
   *
   * @default ScheduleExpression.rate(Duration.minutes(15))
   */
  readonly profilerSchedule?: ScheduleExpression;
  /**
   * Definitions uploaded under this prefix of the bucket start a run.
   *
   * @default 'requests/'
   */
  readonly uploadPrefix?: string;
  /**
   * Where alarms are told.
   *
   * @default - nowhere: they change colour on the dashboard
   */
  readonly alarmTopic?: ITopic;
  /**
   * How long logs are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
}
