import { Duration } from 'aws-cdk-lib';
import type { Code, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { smallYoungGeneration } from '../small-young-generation.ts';
import { acknowledgePattern } from './acknowledge.ts';
import { allow } from './allow.ts';
import { allowAnywhere } from './allow-anywhere.ts';
import { allowForgetting, allowProvisioning } from './allow-provisioning.ts';
import { countRefreshed } from './custom-metrics.ts';
import { StageFunction } from './stage-function.ts';
import type { ObjectAccess, Store } from './store.ts';

/** The stages that the workflow machine calls, by their files in `functions/`. */
export const STATE_NAMES = [
  'sharder',
  'forecaster',
  'allocator',
  'reserver',
  'dispatcher',
  'monitor',
  'resharder',
  'recovery',
  'finisher',
  'aborter',
  'profiler',
] as const;
/** Every function beside the workers: schedules alone call the sweeper and the trainer, a machine of its own the refresher, CloudFormation the cleaner. */
export const STAGE_NAMES = [...STATE_NAMES, 'sweeper', 'refresher', 'trainer', 'cleaner'] as const;
export type StageName = (typeof STAGE_NAMES)[number];

export interface StageFunctionsProps {
  /** Begins every function's name. */
  readonly prefix: string;
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  readonly store: Store;
  readonly logRetention: RetentionDays;
  readonly workerArns: readonly string[];
  /** Whether the reserver may buy provisioned concurrency of the workers. */
  readonly provisioned: boolean;
  readonly slotMachineArn: string;
  readonly workflowMachineArn: string;
  /** Takes the events of calls that failed after all their retries. */
  readonly deadLetters: IQueue;
}

/** What each stage does with documents; the others know the table alone. */
const OBJECT_ACCESS: ReadonlyMap<StageName, ObjectAccess> = new Map([
  ['sharder', 'write'],
  ['forecaster', 'write'],
  ['allocator', 'write'],
  // It removes the outputs of attempts that came to nothing.
  ['finisher', 'replace'],
  ['trainer', 'write'],
  ['profiler', 'read'],
  ['refresher', 'read'],
  ['reserver', 'read'],
  ['dispatcher', 'read'],
  // It writes down what has arrived in backlogs.
  ['monitor', 'write'],
  ['resharder', 'read'],
]);
/** Stages that compute over all shards of a run get a whole vCPU; the others wait for the table. */
const PLANNING: ReadonlySet<StageName> = new Set([
  'sharder',
  'forecaster',
  'allocator',
  'resharder',
  'refresher',
  'trainer',
]);
/** Rules and schedules call them without waiting for the answer: a call that fails for good is kept. */
const CALLED_BY_EVENTS: ReadonlySet<StageName> = new Set([
  'aborter',
  'reserver',
  'recovery',
  'sweeper',
  'trainer',
  'cleaner',
]);
const PLANNING_MEMORY_MIB = 1_769;
const MEMORY_MIB = 512;
/** A run of 100,000 shards is written and read in minutes; the state machine waits as long. */
const TIMEOUT = Duration.seconds(300);

/** The functions of the state machine's states. Each has its own role, and may do what its stage does. */
export class StageFunctions extends Construct {
  readonly byName: ReadonlyMap<StageName, LambdaFunction>;

  constructor(scope: Construct, id: string, props: StageFunctionsProps) {
    super(scope, id);
    this.byName = new Map(STAGE_NAMES.map((name) => [name, this.stage(name, props)]));
    this.allowSlots(props);
    this.allowReservations(props.workerArns);
    const metrics = 'CloudWatch knows no resources for reading metrics; the refresher reads its own namespace';
    allowAnywhere(this.get('refresher'), ['cloudwatch:GetMetricData'], metrics);
    if (!props.provisioned) return;
    allowProvisioning(this.get('reserver'), props.workerArns);
    allowForgetting(this.get('cleaner'));
  }

  get(name: StageName): LambdaFunction {
    const found = this.byName.get(name);
    if (!found) throw new Error(`there is no stage '${name}'; there are ${STAGE_NAMES.join(', ')}`);
    return found;
  }

  private stage(name: StageName, props: StageFunctionsProps): LambdaFunction {
    const { prefix, code, environment, store, logRetention, deadLetters } = props;
    const { resource, logGroup } = new StageFunction(this, pascal(name), {
      functionName: `${prefix}-${name}`,
      handler: name,
      code,
      memoryMiB: PLANNING.has(name) ? PLANNING_MEMORY_MIB : MEMORY_MIB,
      timeout: TIMEOUT,
      environment: name === 'refresher' ? withSmallYoungGeneration(environment) : environment,
      logRetention,
      ...(CALLED_BY_EVENTS.has(name) && { deadLetters }),
    });
    store.grantTable(resource);
    if (name === 'refresher') countRefreshed(logGroup);
    const access = OBJECT_ACCESS.get(name);
    if (access) store.grantObjects(resource, access);
    return resource;
  }

  /** The dispatcher starts slots; those who go on with a run, or clear up after one, look at them and stop them. */
  private allowSlots({ slotMachineArn, workflowMachineArn }: StageFunctionsProps): void {
    const slots = `${slotMachineArn.replace(':stateMachine:', ':execution:')}:*`;
    const runs = `${workflowMachineArn.replace(':stateMachine:', ':execution:')}:*`;
    allow(this.get('dispatcher'), ['states:StartExecution'], [slotMachineArn]);
    // The sharder of a run that is resumed frees what dead slots held, as the recovery does; the finisher stops who was second.
    for (const name of ['sharder', 'dispatcher', 'recovery', 'aborter', 'sweeper', 'finisher'] as const) {
      const stage = this.get(name);
      const calls = [...(name === 'finisher' ? [] : ['Describe']), ...(name === 'dispatcher' ? [] : ['Stop'])];
      allow(
        stage,
        calls.map((call) => `states:${call}Execution`),
        [slots],
      );
      acknowledgePattern(stage, slots, 'Executions are named when they start: any of the one slot machine');
    }
    for (const name of ['sharder', 'sweeper'] as const) {
      const stage = this.get(name);
      allow(stage, ['states:DescribeExecution'], [runs]);
      acknowledgePattern(stage, runs, 'Executions are named when they start: any of the one workflow machine');
    }
  }

  /** Only the reserver writes to Lambda's control plane, and only to workers; the cleaner takes that back in the end. */
  private allowReservations(workerArns: readonly string[]): void {
    const calls = ['GetFunctionConcurrency', 'PutFunctionConcurrency', 'DeleteFunctionConcurrency'];
    allow(
      this.get('reserver'),
      calls.map((call) => `lambda:${call}`),
      workerArns,
    );
    allowAnywhere(this.get('reserver'), ['lambda:GetAccountSettings'], 'the settings are those of the account');
    const undoing = ['GetFunctionConcurrency', 'DeleteFunctionConcurrency'];
    allow(
      this.get('cleaner'),
      undoing.map((call) => `lambda:${call}`),
      workerArns,
    );
  }
}

/** The state machine file's placeholder for a stage, and its construct's name: `sharder` is `Sharder`. */
export function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function withSmallYoungGeneration(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { ...environment, NODE_OPTIONS: `${environment.NODE_OPTIONS ?? ''} ${smallYoungGeneration}`.trim() };
}
