import { CustomResource, Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct, type IDependable } from 'constructs';

export interface CleanUpProps {
  readonly cleaner: LambdaFunction;
  /** What the reserver writes to: it must still be there when that is taken back. */
  readonly workers: IDependable;
}

/** As long as the cleaner itself may take; CloudFormation's own patience is an hour. */
const TIMEOUT = Duration.minutes(6);

/**
 * Takes back what the reserver has written outside of the stack, when the stack goes: CloudFormation deletes it before
 * the workers, and the cleaner after it.
 */
export class CleanUp extends Construct {
  constructor(scope: Construct, id: string, { cleaner, workers }: CleanUpProps) {
    super(scope, id);
    const resource = new CustomResource(this, 'Resource', {
      serviceToken: cleaner.functionArn,
      resourceType: 'Custom::ForeshardCleanUp',
      serviceTimeout: TIMEOUT,
    });
    resource.node.addDependency(workers, cleaner);
  }
}
