import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** Adds a statement to a grantee's own policy. */
export function allow(grantee: IGrantable, actions: readonly string[], resources: readonly string[]): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: [...actions], resources: [...resources] }),
  );
}
