import { RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { allow } from './allow.ts';
import { acceptAnywhere, LOG_DELIVERY_CALLS, XRAY_CALLS } from './allow-anywhere.ts';

export interface StarterProps {
  readonly workflow: StateMachine;
  readonly logRetention: RetentionDays;
}

/**
 * Starts a run under a name that follows from who asks for it, so that an event which is delivered twice runs once. A
 * request that names its `run` has that name: whoever sends it again, in another event, starts nothing.
 *
 * EventBridge cannot name what it starts; this express machine can, and needs no function.
 */
export class Starter extends Construct {
  readonly resource: StateMachine;

  constructor(scope: Construct, id: string, { workflow, logRetention }: StarterProps) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    allow(role, ['states:StartExecution'], [workflow.stateMachineArn]);
    this.resource = new StateMachine(this, 'Resource', {
      stateMachineType: StateMachineType.EXPRESS,
      definitionBody: DefinitionBody.fromString(JSON.stringify(startDefinition(workflow.stateMachineArn))),
      role,
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, 'Logs', {
          // Step Functions can write to groups of this name without a resource policy, of which a region has ten.
          logGroupName: `/aws/vendedlogs/states/${workflow.node.addr}-starter`,
          retention: logRetention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
        includeExecutionData: false,
      },
    });
    acceptAnywhere(role, XRAY_CALLS, 'X-Ray knows no resources');
    acceptAnywhere(role, LOG_DELIVERY_CALLS, 'log deliveries of Step Functions know no resources');
  }
}

const RETRIED = [
  'StepFunctions.ExecutionLimitExceededException',
  'StepFunctions.AWSStepFunctionsException',
  'StepFunctions.SdkClientException',
];

/** `{ identity, input }` in: who asks, and the input of the execution of the workflow machine. */
export function startDefinition(workflowArn: string) {
  const start = (name: string) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::states:startExecution',
    Parameters: {
      StateMachineArn: workflowArn,
      'Name.$': name,
      'Input.$': '$.input',
    },
    Retry: [
      {
        ErrorEquals: RETRIED,
        IntervalSeconds: 1,
        MaxAttempts: 6,
        BackoffRate: 2,
        JitterStrategy: 'FULL',
      },
    ],
    Catch: [{ ErrorEquals: ['StepFunctions.ExecutionAlreadyExistsException'], Next: 'Started' }],
    Next: 'Started',
  });
  return {
    Comment: 'Starts a run under the name of its request: the same request starts one run',
    StartAt: 'Named?',
    States: {
      'Named?': {
        Type: 'Choice',
        Choices: [{ And: [is('$.input.run'), is('$.input.workflow')], Next: 'StartRequest' }],
        Default: 'StartEvent',
      },
      StartRequest: start('$.input.run'),
      // Going on with a run is an execution of its own; a hash, because keys of objects take any letter and names do not.
      StartEvent: start("States.Format('event-{}', States.Hash($.identity, 'SHA-256'))"),
      Started: { Type: 'Succeed' },
    },
  };
}

function is(variable: string) {
  return { Variable: variable, IsPresent: true };
}
