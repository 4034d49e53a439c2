import { Stack, Validations } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';

/**
 * Accepts findings of cdk-nag on a construct and all below it.
 *
 * @param findings the reason by finding: `AwsSolutions-IAM5[Resource::*]`
 */
export function acknowledge(scope: IConstruct, findings: Readonly<Record<string, string>>): void {
  Validations.of(scope).acknowledge(...Object.entries(findings).map(([id, reason]) => ({ id, reason })));
}

/** Accepts that a role's policy names resources by a pattern, which ends in `*`. */
export function acknowledgePattern({ grantPrincipal: scope }: IGrantable, pattern: string, reason: string): void {
  if (!Construct.isConstruct(scope)) return;
  const resource = flatten(Stack.of(scope).resolve(pattern));
  acknowledge(scope, { [`AwsSolutions-IAM5[Resource::${resource}]`]: reason });
}

/** Writes a CloudFormation expression as cdk-nag does in its findings. */
function flatten(expression: unknown): string {
  if (typeof expression !== 'object' || expression === null) return String(expression);
  const [[name, value] = ['', undefined]] = Object.entries(expression);
  if (name === 'Fn::Join' && Array.isArray(value)) return value[1].map(flatten).join(value[0]);
  if (name === 'Fn::GetAtt' && Array.isArray(value)) return `<${value.map(flatten).join('.')}>`;
  if (name === 'Fn::ImportValue') return flatten(value);
  if (name === 'Ref') return `<${flatten(value)}>`;
  return JSON.stringify(expression);
}
