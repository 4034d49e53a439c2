import { Fn, Stack } from 'aws-cdk-lib';
import type { Alarm, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { Settings } from '../lib/core/settings.ts';
import { bundleNow } from './bundle.ts';
import { acknowledgePattern } from './constructs/acknowledge.ts';
import { Alarms } from './constructs/alarms.ts';
import { allow } from './constructs/allow.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { DeadLetters } from './constructs/dead-letters.ts';
import { STAGE_NAMES, StageFunctions } from './constructs/stage-functions.ts';
import { StateMachines } from './constructs/state-machines.ts';
import { Store } from './constructs/store.ts';
import { Triggers, type WorkflowSchedule } from './constructs/triggers.ts';
import { WorkerPools } from './constructs/worker-pools.ts';

export interface ForeshardProps {
  /**
   * The module with your task code: it exports `tasks`, a list of what `defineTask` makes.
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

const ROOT = `${import.meta.dirname}/..`;
const ZONE_COUNT = 3;
const WORKER_ALIAS = 'live';

/** Foreshard in a stack: workers in pools, a function for each stage, both state machines, and what starts them. */
export class Foreshard extends Construct {
  readonly table: ITable;
  readonly bucket: IBucket;
  /** Every alarm, to be made part of a composite one or of a dashboard of your own. */
  readonly alarms: readonly Alarm[];
  private readonly machines: StateMachines;
  private readonly workers: WorkerPools;
  private readonly stages: StageFunctions;

  constructor(scope: Construct, id: string, props: ForeshardProps = {}) {
    super(scope, id);
    const prefix = props.name ?? Stack.of(this).stackName.toLowerCase();
    const settings = settingsOf(props, prefix);
    const logRetention = props.logRetention ?? RetentionDays.ONE_MONTH;
    const store = new Store(this, 'Store', storeProps(props));
    const tasksEntry = props.tasksEntry ?? `${ROOT}/lib/tasks/built-in-tasks.ts`;
    const code = Code.fromAsset(bundleNow({ handlers: [...STAGE_NAMES, 'worker'], tasksEntry }));
    const workflowMachineArn = StateMachines.arn(this, prefix, 'workflow');
    const slotMachineArn = StateMachines.arn(this, prefix, 'slot');
    const environment = {
      FORESHARD_TABLE: store.table.tableName,
      FORESHARD_BUCKET: store.bucket.bucketName,
      FORESHARD_WORKFLOW_MACHINE: workflowMachineArn,
      FORESHARD_SLOT_MACHINE: slotMachineArn,
      FORESHARD_SETTINGS: Stack.of(this).toJsonString(settings),
      NODE_OPTIONS: '--enable-source-maps',
    };
    const { queue: deadLetters } = new DeadLetters(this, 'DeadLetters');
    const common = { code, environment, store, logRetention };
    this.workers = new WorkerPools(this, 'Workers', { ...common, settings });
    const workerArns = WorkerPools.arns(this, settings);
    this.stages = new StageFunctions(this, 'Stages', {
      ...common,
      prefix,
      workerArns,
      provisioned: props.provisioned ?? false,
      slotMachineArn,
      workflowMachineArn,
      deadLetters,
    });
    const parts = { stages: this.stages, workers: this.workers };
    this.machines = new StateMachines(this, 'Machines', { ...parts, prefix, logRetention });
    const { machines } = this;
    new Triggers(this, 'Triggers', {
      stages: this.stages,
      workflow: machines.workflow,
      bucket: store.bucket,
      schedules: props.schedules ?? [],
      uploadPrefix: props.uploadPrefix ?? 'requests/',
      deadLetters,
    });
    const topic = props.alarmTopic ? { topic: props.alarmTopic } : {};
    this.alarms = new Alarms(this, 'Alarms', { ...parts, machines, store, deadLetters, ...topic }).all;
    new Dashboard(this, 'Dashboard', { name: prefix, machines, workers: this.workers, store, alarms: this.alarms });
    for (const input of props.inputs ?? []) this.grantInput(input);
    this.table = store.table;
    this.bucket = store.bucket;
  }

  /** Lets someone start runs, and see how they end. */
  grantStart(grantee: IGrantable): Grant {
    this.machines.workflow.grantRead(grantee);
    return this.machines.workflow.grantStartExecution(grantee);
  }

  /** Lets workflows read their input from a bucket. */
  grantInput(bucket: IBucket): void {
    for (const reader of [this.stages.get('sharder'), ...this.workers.pools.map(({ worker }) => worker)]) {
      allow(reader, ['s3:GetObject'], [bucket.arnForObjects('*')]);
      allow(reader, ['s3:ListBucket'], [bucket.bucketArn]);
      bucket.encryptionKey?.grantDecrypt(reader);
      acknowledgePattern(reader, bucket.arnForObjects('*'), 'A workflow may read any object of the input buckets');
    }
  }

  /** Lets task code do what its work needs beyond the stores: call a function, write to a queue. */
  grantWorkers(grant: (worker: IGrantable) => void): void {
    for (const { worker } of this.workers.pools) grant(worker);
  }

  /** Runs that were started. */
  metricStarted(options?: MetricOptions): Metric {
    return this.machines.workflow.metricStarted(options);
  }

  /** Runs that ended with their result. */
  metricSucceeded(options?: MetricOptions): Metric {
    return this.machines.workflow.metricSucceeded(options);
  }

  /** Runs that ended without it. */
  metricFailed(options?: MetricOptions): Metric {
    return this.machines.workflow.metricFailed(options);
  }

  /** How long a run takes. */
  metricTime(options?: MetricOptions): Metric {
    return this.machines.workflow.metricTime(options);
  }
}

function settingsOf(props: ForeshardProps, prefix: string): Settings {
  const zones = props.zonal === false ? [] : (props.zones ?? firstZones());
  return Settings.parse({
    zones,
    workerPrefix: `${prefix}-worker-`,
    ...(props.provisioned && { workerAlias: WORKER_ALIAS }),
    ...(props.tiersMiB && { tiersMiB: [...props.tiersMiB] }),
    ...(props.slotMax !== undefined && { slotMax: props.slotMax }),
    ...(props.vcpuMax !== undefined && { vcpuMax: props.vcpuMax }),
  });
}

/** Known at deployment: synthesis asks no account which zones it has. */
function firstZones(): readonly string[] {
  return Array.from({ length: ZONE_COUNT }, (_, index) => Fn.select(index, Fn.getAzs()));
}

function storeProps({ table, bucket, encryptionKey }: ForeshardProps) {
  return { ...(table && { table }), ...(bucket && { bucket }), ...(encryptionKey && { encryptionKey }) };
}
