import { Fn, Stack } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { Settings } from '../lib/core/settings.ts';
import { bundleNow } from './bundle.ts';
import { Alarms } from './constructs/alarms.ts';
import { allow } from './constructs/allow.ts';
import { CleanUp } from './constructs/clean-up.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { DeadLetters } from './constructs/dead-letters.ts';
import { Network } from './constructs/network.ts';
import { Replicas } from './constructs/replicas.ts';
import { STAGE_NAMES, StageFunctions } from './constructs/stage-functions.ts';
import { StateMachines } from './constructs/state-machines.ts';
import { grantObjects, Store } from './constructs/store.ts';
import { SystemMetrics, type SystemParts } from './constructs/system-metrics.ts';
import { Triggers } from './constructs/triggers.ts';
import { WorkerPools } from './constructs/worker-pools.ts';
import type { ForeshardProps } from './foreshard-props.ts';

export type { ForeshardProps } from './foreshard-props.ts';

const ROOT = `${import.meta.dirname}/..`;
const ZONE_COUNT = 3;
const WORKER_ALIAS = 'live';

/** Foreshard in a stack: workers in pools, a function for each stage, the state machines, and what starts them. */
export class Foreshard extends SystemMetrics {
  readonly table: ITable;
  readonly bucket: IBucket;
  /** Every alarm, to be made part of a composite one or of a dashboard of your own. */
  readonly alarms: readonly Alarm[];
  protected readonly parts: SystemParts;

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
    const workers = new WorkerPools(this, 'Workers', { ...common, settings, ...(network && { network }) });
    const workerArns = WorkerPools.arns(this, settings);
    const stages = new StageFunctions(this, 'Stages', {
      ...common,
      prefix,
      workerArns,
      provisioned: props.provisioned ?? false,
      slotMachineArn,
      workflowMachineArn,
      deadLetters,
    });
    const cleanUp = new CleanUp(this, 'CleanUp', { cleaner: stages.get('cleaner'), workers });
    const machines = new StateMachines(this, 'Machines', { stages, workers, prefix, logRetention });
    const { starter } = new Triggers(this, 'Triggers', {
      stages,
      machines,
      bucket: store.bucket,
      logRetention,
      schedules: props.schedules ?? [],
      ...(props.profilerSchedule && { profilerSchedule: props.profilerSchedule }),
      uploadPrefix: props.uploadPrefix ?? 'requests/',
      deadLetters,
      cleanUp,
    });
    const topic = props.alarmTopic ? { topic: props.alarmTopic } : {};
    this.parts = { machines, starter, stages, workers, store, deadLetters };
    this.alarms = new Alarms(this, 'Alarms', { ...this.parts, metrics: this, ...topic }).all;
    new Dashboard(this, 'Dashboard', { name: prefix, machines, workers, store, alarms: this.alarms });
    for (const input of props.inputs ?? []) this.grantInput(input);
    const keepers = [stages.get('finisher'), ...workers.pools.map(({ worker }) => worker)];
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

  /** Lets someone start runs, and see how they end. */
  grantStart(grantee: IGrantable): Grant {
    this.parts.machines.workflow.grantRead(grantee);
    return this.parts.machines.workflow.grantStartExecution(grantee);
  }

  /** Lets workflows read their input from a bucket. */
  grantInput(bucket: IBucket): void {
    const { stages, workers } = this.parts;
    for (const reader of [stages.get('sharder'), ...workers.pools.map(({ worker }) => worker)]) {
      grantObjects(bucket, reader, 'read');
    }
    // what arrives in a backlog is listed by the monitor, and read by workers
    allow(stages.get('monitor'), ['s3:ListBucket'], [bucket.bucketArn]);
  }

  /** Lets task code do what its work needs beyond the stores: call a function, write to a queue. */
  grantWorkers(grant: (worker: IGrantable) => void): void {
    for (const { worker } of this.parts.workers.pools) grant(worker);
  }
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
