import { Fn, Stack } from 'aws-cdk-lib';
import { type Alarm, type IMetric, MathExpression, type Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { Settings } from '../lib/core/settings.ts';
import { REGIONAL } from '../lib/plan/pool.ts';
import { bundleNow } from './bundle.ts';
import { Alarms } from './constructs/alarms.ts';
import { allow } from './constructs/allow.ts';
import { CleanUp } from './constructs/clean-up.ts';
import { decayedForecasts, zoneMismatches } from './constructs/custom-metrics.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { DeadLetters } from './constructs/dead-letters.ts';
import { Network } from './constructs/network.ts';
import { Replicas } from './constructs/replicas.ts';
import { STAGE_NAMES, StageFunctions } from './constructs/stage-functions.ts';
import { StateMachines } from './constructs/state-machines.ts';
import { grantObjects, Store } from './constructs/store.ts';
import { TelemetryMetrics } from './constructs/telemetry-metrics.ts';
import { Triggers } from './constructs/triggers.ts';
import { WorkerPools } from './constructs/worker-pools.ts';
import type { ForeshardProps } from './foreshard-props.ts';

export type { ForeshardProps } from './foreshard-props.ts';

const ROOT = `${import.meta.dirname}/..`;
const ZONE_COUNT = 3;
const WORKER_ALIAS = 'live';

/** Foreshard in a stack: workers in pools, a function for each stage, both state machines, and what starts them. */
export class Foreshard extends TelemetryMetrics {
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
    const logRetention = props.logRetention ?? RetentionDays.ONE_MONTH;
    const zones = props.zonal === false ? [] : (props.zones ?? firstZones());
    const network = zones.length === 0 ? undefined : new Network(this, 'Network', { zones, logRetention });
    const settings = settingsOf(props, { prefix, zones, zoneIds: network?.zoneIds ?? [] });
    const store = new Store(this, 'Store', storeProps(props));
    const replicas = this.replicas(props, { prefix, zonal: network !== undefined });
    const tasksEntry = props.tasksEntry ?? `${ROOT}/lib/tasks/built-in-tasks.ts`;
    const code = Code.fromAsset(bundleNow({ handlers: [...STAGE_NAMES, 'worker'], tasksEntry }));
    const workflowMachineArn = StateMachines.arn(this, prefix, 'workflow');
    const slotMachineArn = StateMachines.arn(this, prefix, 'slot');
    const environment = {
      FORESHARD_TABLE: store.table.tableName,
      FORESHARD_BUCKET: store.bucket.bucketName,
      ...(replicas && { FORESHARD_REPLICA_BUCKET: replicas.bucket.bucketName }),
      ...(replicas?.region !== undefined && { FORESHARD_REPLICA_REGION: replicas.region }),
      FORESHARD_WORKFLOW_MACHINE: workflowMachineArn,
      FORESHARD_SLOT_MACHINE: slotMachineArn,
      FORESHARD_SETTINGS: Stack.of(this).toJsonString(settings),
      NODE_OPTIONS: '--enable-source-maps',
    };
    const { queue: deadLetters } = new DeadLetters(this, 'DeadLetters');
    const common = { code, environment, store, logRetention };
    this.workers = new WorkerPools(this, 'Workers', { ...common, settings, ...(network && { network }) });
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
    const cleanUp = new CleanUp(this, 'CleanUp', { cleaner: this.stages.get('cleaner'), workers: this.workers });
    const parts = { stages: this.stages, workers: this.workers };
    this.machines = new StateMachines(this, 'Machines', { ...parts, prefix, logRetention });
    const { machines } = this;
    const { starter } = new Triggers(this, 'Triggers', {
      stages: this.stages,
      workflow: machines.workflow,
      bucket: store.bucket,
      logRetention,
      schedules: props.schedules ?? [],
      ...(props.profilerSchedule && { profilerSchedule: props.profilerSchedule }),
      uploadPrefix: props.uploadPrefix ?? 'requests/',
      deadLetters,
      cleanUp,
    });
    const topic = props.alarmTopic ? { topic: props.alarmTopic } : {};
    this.alarms = new Alarms(this, 'Alarms', { ...parts, machines, starter, store, deadLetters, ...topic }).all;
    new Dashboard(this, 'Dashboard', { name: prefix, machines, workers: this.workers, store, alarms: this.alarms });
    for (const input of props.inputs ?? []) this.grantInput(input);
    const keepers = [this.stages.get('finisher'), ...this.workers.pools.map(({ worker }) => worker)];
    for (const keeper of keepers) replicas?.grant(keeper);
    this.table = store.table;
    this.bucket = store.bucket;
  }

  private replicas(
    { replicaRegion, replicaBucket, encryptionKey }: ForeshardProps,
    place: { readonly prefix: string; readonly zonal: boolean },
  ): Replicas | undefined {
    if (replicaRegion === undefined && !replicaBucket) return undefined;
    return new Replicas(this, 'Replicas', {
      ...place,
      encrypted: encryptionKey !== undefined,
      ...(replicaRegion !== undefined && { region: replicaRegion }),
      ...(replicaBucket && { bucket: replicaBucket }),
    });
  }

  protected get places(): readonly string[] {
    return [...this.workers.zones, REGIONAL];
  }

  /** Lets someone start runs, and see how they end. */
  grantStart(grantee: IGrantable): Grant {
    this.machines.workflow.grantRead(grantee);
    return this.machines.workflow.grantStartExecution(grantee);
  }

  /** Lets workflows read their input from a bucket. */
  grantInput(bucket: IBucket): void {
    for (const reader of [this.stages.get('sharder'), ...this.workers.pools.map(({ worker }) => worker)]) {
      grantObjects(bucket, reader, 'read');
    }
    // what arrives in a backlog is listed by the monitor, and read by workers
    allow(this.stages.get('monitor'), ['s3:ListBucket'], [bucket.bucketArn]);
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

  /** Calls of workers for which there was no concurrency, over all pools. */
  metricWorkerThrottles(options?: MetricOptions): MathExpression {
    return sumOf(this.workers.pools.map(({ worker }) => worker.metricThrottles(options)));
  }

  /** Workers that run at once, over all pools. */
  metricConcurrentWorkers(options?: MetricOptions): MathExpression {
    const maximum = { statistic: 'Maximum', ...options };
    return sumOf(this.workers.pools.map(({ worker }) => worker.metric('ConcurrentExecutions', maximum)));
  }

  /** Failures of the reserver: reservations no longer follow the plans. */
  metricReserverErrors(options?: MetricOptions): Metric {
    return this.stages.get('reserver').metricErrors(options);
  }

  /** Attempts that ran in another zone than their pool's, by zone; none when there are regional pools alone. */
  metricZoneMismatches(options?: MetricOptions): readonly Metric[] {
    return zoneMismatches(this.workers.zones, options);
  }

  /** Shard types whose forecasts got worse than they were, or than they promise. */
  metricForecastDecay(options?: MetricOptions): Metric {
    return decayedForecasts(options);
  }

  /** How long a run takes. */
  metricTime(options?: MetricOptions): Metric {
    return this.machines.workflow.metricTime(options);
  }
}

function sumOf(metrics: readonly IMetric[]): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  return new MathExpression({ expression: 'SUM(METRICS())', usingMetrics });
}

interface Place {
  readonly prefix: string;
  readonly zones: readonly string[];
  readonly zoneIds: readonly string[];
}

function settingsOf(props: ForeshardProps, { prefix, zones, zoneIds }: Place): Settings {
  return Settings.parse({
    zones,
    zoneIds,
    workerPrefix: `${prefix}-worker-`,
    ...(props.provisioned && { workerAlias: WORKER_ALIAS }),
    ...(props.tiersMiB && { tiersMiB: [...props.tiersMiB] }),
    ...(props.slotMax !== undefined && { slotMax: props.slotMax }),
    ...(props.vcpuMax !== undefined && { vcpuMax: props.vcpuMax }),
    ...(props.calendar && { calendar: props.calendar }),
  });
}

/** Known at deployment: synthesis asks no account which zones it has. */
function firstZones(): readonly string[] {
  return Array.from({ length: ZONE_COUNT }, (_, index) => Fn.select(index, Fn.getAzs()));
}

function storeProps({ table, bucket, encryptionKey }: ForeshardProps) {
  return { ...(table && { table }), ...(bucket && { bucket }), ...(encryptionKey && { encryptionKey }) };
}
