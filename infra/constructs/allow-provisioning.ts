import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { acknowledgePattern } from './acknowledge.ts';
import { allow } from './allow.ts';
import { allowAnywhere } from './allow-anywhere.ts';

const DIMENSION = 'lambda:function:ProvisionedConcurrency';
const SERVICE = 'lambda.application-autoscaling.amazonaws.com';
const REASON =
  'Application Auto Scaling names a target when it is registered: any, of the one dimension in the condition';

/**
 * Lets the reserver register scheduled actions on provisioned concurrency, of workers alone.
 *
 * @see Application Auto Scaling User Guide, "Identity-based policy examples": the caller needs the calls of the target
 *   service too
 */
export function allowProvisioning(reserver: LambdaFunction, workerArns: readonly string[]): void {
  const aliases = workerArns.map((arn) => `${arn}:*`);
  const calls = ['Get', 'Put', 'Delete'].map((verb) => `lambda:${verb}ProvisionedConcurrencyConfig`);
  allow(reserver, calls, aliases);
  for (const alias of aliases) acknowledgePattern(reserver, alias, 'The alias, and the versions that it points to');
  allowScaling(reserver, ['RegisterScalableTarget', 'PutScheduledAction', 'DeleteScheduledAction']);
  const looks = ['DescribeScalableTargets', 'DescribeScheduledActions'].map(
    (call) => `application-autoscaling:${call}`,
  );
  allowAnywhere(reserver, looks, 'Application Auto Scaling lists targets and actions of a whole service at once');
  allowServiceRole(reserver);
}

/** Lets the cleaner take back what the reserver has registered. */
export function allowForgetting(cleaner: LambdaFunction): void {
  allowScaling(cleaner, ['DeleteScheduledAction', 'DeregisterScalableTarget']);
  const look = ['application-autoscaling:DescribeScalableTargets'];
  allowAnywhere(cleaner, look, 'Application Auto Scaling lists targets of a whole service at once');
}

function allowScaling(grantee: LambdaFunction, calls: readonly string[]): void {
  const targets = Stack.of(grantee).formatArn({
    service: 'application-autoscaling',
    resource: 'scalable-target',
    resourceName: '*',
  });
  grantee.addToRolePolicy(
    new PolicyStatement({
      actions: calls.map((call) => `application-autoscaling:${call}`),
      resources: [targets],
      conditions: {
        StringEquals: {
          'application-autoscaling:service-namespace': 'lambda',
          'application-autoscaling:scalable-dimension': DIMENSION,
        },
      },
    }),
  );
  acknowledgePattern(grantee, targets, REASON);
}

/** The first registration in an account makes the role under which Application Auto Scaling acts. */
function allowServiceRole(reserver: LambdaFunction): void {
  const role = Stack.of(reserver).formatArn({
    service: 'iam',
    region: '',
    resource: 'role',
    resourceName: `aws-service-role/${SERVICE}/AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
  reserver.addToRolePolicy(
    new PolicyStatement({
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [role],
      conditions: { StringEquals: { 'iam:AWSServiceName': SERVICE } },
    }),
  );
}
