import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Bucket, CfnBucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { QUEUE_INDEX } from '../../lib/adapters/aws/table-schema.ts';
import { acknowledgePattern } from './acknowledge.ts';
import { allow } from './allow.ts';
import { privateBucket } from './private-bucket.ts';

export interface StoreProps {
  /**
   * A table of your own, with the keys `partition` and `sort` and the index `queue` (`queue`, `rank`), all texts.
   *
   * @default - a new one: on demand, with point-in-time recovery, kept when the stack goes
   */
  readonly table?: ITable;
  /**
   * A bucket of your own. Let it send its events to EventBridge if uploads are to start runs.
   *
   * @default - a new one: versioned, TLS only, kept when the stack goes
   */
  readonly bucket?: IBucket;
  /**
   * Encrypts what is stored.
   *
   * @default - the keys of DynamoDB and S3 themselves, which cost nothing
   */
  readonly encryptionKey?: IKey;
}

/** `read` documents, `write` them too, or `replace`: workers also remove the outputs that nobody will read. */
export type ObjectAccess = 'read' | 'write' | 'replace';

const CALLS: Readonly<Record<ObjectAccess, readonly string[]>> = {
  read: ['GetObject'],
  write: ['GetObject', 'PutObject', 'AbortMultipartUpload'],
  replace: ['GetObject', 'PutObject', 'AbortMultipartUpload', 'DeleteObject'],
};

/** Lets a function at the objects of a bucket. */
export function grantObjects(bucket: IBucket, grantee: IGrantable, access: ObjectAccess): void {
  const objectsArn = bucket.arnForObjects('*');
  allow(
    grantee,
    CALLS[access].map((call) => `s3:${call}`),
    [objectsArn],
  );
  // Without it an object that is missing is a refusal, not a missing object.
  allow(grantee, ['s3:ListBucket'], [bucket.bucketArn]);
  if (access === 'read') bucket.encryptionKey?.grantDecrypt(grantee);
  else bucket.encryptionKey?.grantEncryptDecrypt(grantee);
  const reason = 'Keys hold runs, shards and what users call their inputs, which are known when they run';
  acknowledgePattern(grantee, objectsArn, reason);
}

/** What outlives every deployment: the table and the bucket. */
export class Store extends Construct {
  readonly table: ITable;
  readonly bucket: IBucket;

  constructor(scope: Construct, id: string, props: StoreProps = {}) {
    super(scope, id);
    this.table = props.table ?? this.newTable(props.encryptionKey);
    this.bucket = props.bucket ?? this.newBucket(props.encryptionKey);
  }

  /** Single-item reads and writes, queries of the table and its index: what the commit protocol needs, and no scan. */
  grantTable(grantee: IGrantable): void {
    const items = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'Query'];
    allow(
      grantee,
      items.map((item) => `dynamodb:${item}`),
      [this.table.tableArn],
    );
    allow(grantee, ['dynamodb:Query'], [`${this.table.tableArn}/index/${QUEUE_INDEX}`]);
    this.table.encryptionKey?.grantEncryptDecrypt(grantee);
  }

  grantObjects(grantee: IGrantable, access: ObjectAccess): void {
    grantObjects(this.bucket, grantee, access);
  }

  private newTable(encryptionKey: IKey | undefined): ITable {
    const table = new Table(this, 'Table', {
      partitionKey: { name: 'partition', type: AttributeType.STRING },
      sortKey: { name: 'sort', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      ...(encryptionKey ? { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey } : {}),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    table.addGlobalSecondaryIndex({
      indexName: QUEUE_INDEX,
      partitionKey: { name: 'queue', type: AttributeType.STRING },
      sortKey: { name: 'rank', type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
    // The classes of aws-cdk-lib are not exact in their optional properties, their interfaces are.
    return table as ITable;
  }

  private newBucket(encryptionKey: IKey | undefined): IBucket {
    const bucket = privateBucket(this, 'Bucket', { ...(encryptionKey && { encryptionKey }) });
    tellEventBridge(bucket);
    return bucket as IBucket;
  }
}

/** By the bucket's own property: `eventBridgeEnabled` would bring a custom resource with a function and a broad role. */
function tellEventBridge({ node }: Bucket): void {
  if (!(node.defaultChild instanceof CfnBucket)) return;
  node.defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
}
