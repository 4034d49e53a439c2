import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { privateBucket } from './constructs/private-bucket.ts';

export interface ReplicaStackProps extends StackProps {
  /** The other stack grants access by it: nothing has to be passed between the regions. */
  readonly bucketName: string;
  /**
   * The alias of a new key that encrypts the replicas.
   *
   * @default - the keys of S3 itself
   */
  readonly keyAlias?: string;
}

/**
 * A bucket for replicas in another region. Workers write there themselves, before they commit: S3's own replication comes
 * minutes later and says nothing when it is done.
 */
export class ReplicaStack extends Stack {
  constructor(scope: Construct, id: string, { bucketName, keyAlias, ...props }: ReplicaStackProps) {
    super(scope, id, { terminationProtection: true, description: 'Foreshard: replicas of outputs', ...props });
    if (keyAlias === undefined) privateBucket(this, 'Replicas', { bucketName });
    else {
      const encryptionKey = new Key(this, 'Key', {
        alias: keyAlias,
        enableKeyRotation: true,
        removalPolicy: RemovalPolicy.RETAIN,
      });
      privateBucket(this, 'Replicas', { bucketName, encryptionKey });
    }
  }
}
