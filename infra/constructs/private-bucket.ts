import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface PrivateBucketProps {
  /**
   * Encrypts what is stored.
   *
   * @default - the keys of S3 itself, which cost nothing
   */
  readonly encryptionKey?: IKey;
  /** @default - CloudFormation's choice */
  readonly bucketName?: string;
}

/** Versions that a later write replaced are kept this long: outputs are never replaced, so these are few. */
const NONCURRENT_DAYS = 30;

/** A bucket that is encrypted, versioned, reached by TLS alone and by nobody from outside, and kept when its stack goes. */
export function privateBucket(scope: Construct, id: string, { encryptionKey, bucketName }: PrivateBucketProps): Bucket {
  const bucket = new Bucket(scope, id, {
    ...(bucketName !== undefined && { bucketName }),
    ...(encryptionKey
      ? { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }
      : { encryption: BucketEncryption.S3_MANAGED }),
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    lifecycleRules: [
      {
        abortIncompleteMultipartUploadAfter: Duration.days(1),
        noncurrentVersionExpiration: Duration.days(NONCURRENT_DAYS),
      },
    ],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(bucket, {
    'AwsSolutions-S1':
      'Only the roles of this stack reach the bucket; access logs would double its requests. CloudTrail data events are the audit where one is asked for (docs/deploy.md)',
  });
  return bucket;
}
