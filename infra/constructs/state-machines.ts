import { join } from 'node:path';
import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { MachineName } from '../../lib/ports/executions.ts';
import { allow } from './allow.ts';
import { acceptAnywhere, LOG_DELIVERY_CALLS, XRAY_CALLS } from './allow-anywhere.ts';
import { pascal, STATE_NAMES, type StageFunctions } from './stage-functions.ts';
import type { WorkerPools } from './worker-pools.ts';

export interface StateMachinesProps {
  /** Begins both machines' names. */
  readonly prefix: string;
  readonly stages: StageFunctions;
  readonly workers: WorkerPools;
  readonly logRetention: RetentionDays;
}

/** The state machines, from the very files that the embedded runtime executes. */
export class StateMachines extends Construct {
  readonly workflow: StateMachine;
  readonly slot: StateMachine;
  /** Refreshes the profiles, in parts when one call is not enough. */
  readonly refresh: StateMachine;

  constructor(scope: Construct, id: string, { prefix, stages, workers, logRetention }: StateMachinesProps) {
    super(scope, id);
    const called = [...STATE_NAMES, 'refresher'] as const;
    const arnOf = (name: (typeof called)[number]) => stages.get(name).functionArn;
    const placeholders = Object.fromEntries(called.map((name) => [pascal(name), arnOf(name)]));
    const workerArns = workers.pools.map(({ invokedArn }) => invokedArn);
    const machine = (name: MachineName | 'refresh', invokes: readonly string[]) =>
      this.machine(name, { name: `${prefix}-${name}`, placeholders, invokes, logRetention });
    this.workflow = machine('workflow', STATE_NAMES.map(arnOf));
    this.slot = machine('slot', [arnOf('recovery'), ...workerArns]);
    this.refresh = machine('refresh', [arnOf('refresher')]);
  }

  /** A machine's ARN by name alone: its functions know it, and it knows them, so one of the two must come first. */
  static arn(scope: Construct, prefix: string, name: MachineName): string {
    return Stack.of(scope).formatArn({
      service: 'states',
      resource: 'stateMachine',
      resourceName: `${prefix}-${name}`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  private machine(name: MachineName | 'refresh', options: MachineOptions): StateMachine {
    const id = pascal(name);
    const role = new Role(this, `${id}Role`, { assumedBy: new ServicePrincipal('states.amazonaws.com') });
    allow(role, ['lambda:InvokeFunction'], options.invokes);
    const machine = new StateMachine(this, id, {
      stateMachineName: options.name,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromFile(join(import.meta.dirname, '..', `${name}.asl.json`)),
      definitionSubstitutions: { ...options.placeholders },
      role,
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, `${id}Logs`, {
          // Step Functions can write to groups of this name without a resource policy, of which a region has ten.
          logGroupName: `/aws/vendedlogs/states/${options.name}`,
          retention: options.logRetention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
        includeExecutionData: false,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acceptAnywhere(role, XRAY_CALLS, 'X-Ray knows no resources');
    acceptAnywhere(role, LOG_DELIVERY_CALLS, 'log deliveries of Step Functions know no resources');
    return machine;
  }
}

interface MachineOptions {
  readonly name: string;
  readonly placeholders: Readonly<Record<string, string>>;
  readonly invokes: readonly string[];
  readonly logRetention: RetentionDays;
}
