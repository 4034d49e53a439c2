import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { allow } from './allow.ts';

/** Adds calls that IAM limits to no resource, and says for cdk-nag which they are and why. */
export function allowAnywhere(grantee: IGrantable, actions: readonly string[], reason: string): void {
  allow(grantee, actions, ['*']);
  acceptAnywhere(grantee, actions, reason);
}

/** The same for calls that CDK itself adds to the role. */
export function acceptAnywhere({ grantPrincipal }: IGrantable, actions: readonly string[], reason: string): void {
  if (!Construct.isConstruct(grantPrincipal)) return;
  acknowledge(grantPrincipal, { 'AwsSolutions-IAM5[Resource::*]': `${actions.join(', ')}: ${reason}` });
}

/** What a machine needs that logs: see Step Functions Developer Guide, "Logging using CloudWatch Logs". */
export const LOG_DELIVERY_CALLS: readonly string[] = [
  ...['CreateLogDelivery', 'GetLogDelivery', 'UpdateLogDelivery', 'DeleteLogDelivery', 'ListLogDeliveries'],
  ...['PutResourcePolicy', 'DescribeResourcePolicies', 'DescribeLogGroups'],
].map((call) => `logs:${call}`);

/** What a function or a machine needs that is traced. */
export const XRAY_CALLS: readonly string[] = [
  'PutTraceSegments',
  'PutTelemetryRecords',
  'GetSamplingRules',
  'GetSamplingTargets',
].map((call) => `xray:${call}`);
