import { ArnFormat, type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { ISecurityGroup, ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { acceptAnywhere, allowAnywhere, XRAY_CALLS } from './allow-anywhere.ts';

/** Where a function's network interface lies. */
export interface Placement {
  readonly vpc: IVpc;
  readonly subnet: ISubnet;
  readonly securityGroup: ISecurityGroup;
}

export interface StageFunctionProps {
  readonly functionName: string;
  /** The file of `functions/`, without its ending. */
  readonly handler: string;
  readonly code: Code;
  readonly memoryMiB: number;
  readonly timeout: Duration;
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
  /**
   * @default - outside any VPC
   */
  readonly placement?: Placement;
  /**
   * Takes the events that failed after all their retries.
   *
   * @default - none: the function is only called by those who wait for its answer
   */
  readonly deadLetters?: IQueue;
}

/** Lambda's hyperplane interfaces: these calls know no resource to be limited to. */
const INTERFACE_CALLS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** One Lambda function with its own role and log group, and no permission but to log and to trace. */
export class StageFunction extends Construct {
  readonly resource: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: StageFunctionProps) {
    super(scope, id);
    const { placement, logRetention } = props;
    this.logGroup = new LogGroup(this, 'Logs', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(role);
    if (placement) allowInterfaces(role, props.functionName);
    this.resource = new LambdaFunction(this, 'Resource', {
      functionName: props.functionName,
      description: `Foreshard ${props.handler}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: props.code,
      handler: `${props.handler}.handler`,
      memorySize: props.memoryMiB,
      timeout: props.timeout,
      environment: { ...props.environment },
      role,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      tracing: Tracing.ACTIVE,
      ...(props.deadLetters && { deadLetterQueue: props.deadLetters }),
      ...(placement && {
        vpc: placement.vpc,
        vpcSubnets: { subnets: [placement.subnet] },
        securityGroups: [placement.securityGroup],
      }),
    });
    if (!props.deadLetters) {
      acknowledge(this.resource, {
        'Serverless-LambdaDLQ':
          "Step Functions calls it and waits for the answer: a failure is the state machine's to handle",
      });
    }
    acceptAnywhere(role, XRAY_CALLS, 'X-Ray knows no resources');
  }
}

/** Lambda itself needs them to join the subnet; the function's own code may not make these calls. */
function allowInterfaces(role: Role, functionName: string): void {
  allowAnywhere(
    role,
    INTERFACE_CALLS,
    'the network interfaces of Lambda know no resources, and its code may not use them',
  );
  const stack = Stack.of(role);
  const self = stack.formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: functionName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  role.addToPolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      actions: INTERFACE_CALLS,
      resources: ['*'],
      conditions: { ArnEquals: { 'lambda:SourceFunctionArn': self } },
    }),
  );
}
