import { Duration } from 'aws-cdk-lib';
import { EventField, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke, StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, type IDependable } from 'constructs';
import { acknowledgePattern } from './acknowledge.ts';
import { allow } from './allow.ts';
import type { StageFunctions } from './stage-functions.ts';
import { Starter } from './starter.ts';
import type { StateMachines } from './state-machines.ts';

/** A workflow that runs again and again. */
export interface WorkflowSchedule {
  /** Letters, digits and `-`: part of the schedule's name. */
  readonly name: string;
  /** When: `ScheduleExpression.cron({ hour: '3', minute: '0' })`. */
  readonly when: ScheduleExpression;
  /** Where the definition lies: `s3://bucket/key`, or a key of the own bucket. */
  readonly workflow: string;
}

export interface TriggersProps {
  readonly logRetention: RetentionDays;
  readonly stages: StageFunctions;
  readonly machines: StateMachines;
  readonly bucket: IBucket;
  readonly schedules: readonly WorkflowSchedule[];
  /**
   * When the refresher takes in what was measured.
   *
   * @default - every 15 minutes
   */
  readonly profilerSchedule?: ScheduleExpression;
  /** Definitions uploaded under this prefix of the bucket start a run. */
  readonly uploadPrefix: string;
  /** Takes the calls that could not be delivered after all their retries. */
  readonly deadLetters: IQueue;
  /** Takes back in the end what the reserver wrote: that must not be called any more by then. */
  readonly cleanUp: IDependable;
}

/** A reservation is as old as this at most; also the time by which it must run ahead of the demand. */
const RECONCILE_EVERY = Duration.minutes(1);
/** What a dead execution holds keeps others waiting as long as this. */
const SWEEP_EVERY = Duration.minutes(1);
/** As long as metrics may be late; each reading of a type costs two queries. */
const REFRESH_EVERY = Duration.minutes(15);

/** What a day adds to two months changes a network little. */
const TRAIN_EVERY = Duration.days(1);

/** What starts runs and keeps the system going: schedules, uploads, events, and the end of an execution. */
export class Triggers extends Construct {
  private readonly deadLetters: IQueue;
  private readonly role: Role;
  readonly starter: Starter;

  constructor(scope: Construct, id: string, props: TriggersProps) {
    super(scope, id);
    const { stages, machines } = props;
    const { workflow } = machines;
    this.deadLetters = props.deadLetters;
    this.starter = new Starter(this, 'Starter', { workflow, logRetention: props.logRetention });
    this.role = new Role(this, 'SchedulerRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    const reconciling = this.callOn(ScheduleExpression.rate(RECONCILE_EVERY), 'Reconcile', stages.get('reserver'));
    reconciling.node.addDependency(props.cleanUp);
    this.startOn(props.profilerSchedule ?? ScheduleExpression.rate(REFRESH_EVERY), 'Refresh', machines.refresh);
    this.callOn(ScheduleExpression.rate(TRAIN_EVERY), 'Train', stages.get('trainer'));
    this.callOn(ScheduleExpression.rate(SWEEP_EVERY), 'Sweep', stages.get('sweeper'));
    for (const { name, when, workflow: location } of props.schedules) {
      this.startOn(when, `Run-${name}`, workflow, { workflow: location });
    }
    this.runOnUpload(props);
    this.runOnRequest();
    this.clearUp(workflow, stages.get('aborter'));
    this.heedAutoshifts(stages.get('recovery'));
  }

  private callOn(schedule: ScheduleExpression, id: string, target: IFunction): Schedule {
    acknowledgePattern(this.role, `${target.functionArn}:*`, 'Scheduler may name any version of the one function');
    return new Schedule(this, id, {
      schedule,
      target: new LambdaInvoke(target, {
        role: this.role,
        input: ScheduleTargetInput.fromObject({}),
        deadLetterQueue: this.deadLetters,
        // The next one is near: a late look at the present helps nobody.
        retryAttempts: 0,
      }),
    });
  }

  private startOn(schedule: ScheduleExpression, id: string, machine: StateMachine, input: object = {}): void {
    allow(this.role, ['states:StartExecution'], [machine.stateMachineArn]);
    new Schedule(this, id, {
      schedule,
      target: new StepFunctionsStartExecution(machine, {
        role: this.role,
        input: ScheduleTargetInput.fromObject(input),
        deadLetterQueue: this.deadLetters,
      }),
    });
  }

  /** An upload of `requests/a.json` runs the workflow that it defines: once for each version that is uploaded. */
  private runOnUpload({ bucket, uploadPrefix }: TriggersProps): void {
    const location = `s3://${EventField.fromPath('$.detail.bucket.name')}/${EventField.fromPath('$.detail.object.key')}`;
    new Rule(this, 'Upload', {
      description: `Runs the workflow definitions that are uploaded under ${uploadPrefix}`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [bucket.bucketName] },
          object: { key: Match.wildcard(`${uploadPrefix}*.json`) },
        },
      },
      targets: [
        this.start({
          // Every upload has a sequencer of its own, and an event that is delivered twice the same one.
          identity: `${location}#${EventField.fromPath('$.detail.object.sequencer')}`,
          input: { workflow: location },
        }),
      ],
    });
  }

  /** An event `workflow.requested` on the default bus: its detail is the input. Delivered twice it runs once. */
  private runOnRequest(): void {
    new Rule(this, 'Request', {
      description: 'Runs what an event workflow.requested asks for',
      eventPattern: { source: Match.exists(), detailType: ['workflow.requested'] },
      targets: [this.start({ identity: EventField.eventId, input: EventField.fromPath('$.detail') })],
    });
  }

  /** An execution that was ended from outside, or died, has run no Abort: what it held is freed here. */
  private clearUp(workflow: StateMachine, aborter: IFunction): void {
    const reason = `the execution ended as ${EventField.fromPath('$.detail.status')}`;
    new Rule(this, 'Ended', {
      description: 'Frees what an execution held that ended without its Abort',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [workflow.stateMachineArn], status: ['TIMED_OUT', 'ABORTED'] },
      },
      targets: [
        new LambdaFunction(aborter, {
          deadLetterQueue: this.deadLetters,
          event: RuleTargetInput.fromObject({
            execution: EventField.fromPath('$.detail.name'),
            state: { error: { Error: EventField.fromPath('$.detail.status'), Cause: reason } },
          }),
        }),
      ],
    });
  }

  /** AWS shifts traffic away from a zone: it is drained until the shift is over. Needs the observer notification. */
  private heedAutoshifts(recovery: IFunction): void {
    new Rule(this, 'Autoshift', {
      description: 'Drains a zone while AWS shifts traffic away from it',
      eventPattern: {
        source: ['aws.arc-zonal-shift'],
        detailType: ['Autoshift In Progress', 'Autoshift Completed'],
      },
      targets: [
        new LambdaFunction(recovery, {
          deadLetterQueue: this.deadLetters,
          event: RuleTargetInput.fromObject({
            autoshift: {
              'detail-type': EventField.detailType,
              detail: { metadata: { awayFrom: EventField.fromPath('$.detail.metadata.awayFrom') } },
            },
          }),
        }),
      ],
    });
  }

  private start(request: { readonly identity: string; readonly input: unknown }): SfnStateMachine {
    const input = RuleTargetInput.fromObject(request);
    return new SfnStateMachine(this.starter.resource, { input, deadLetterQueue: this.deadLetters });
  }
}
