import { Stack, type StackProps } from 'aws-cdk-lib';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { Store } from './constructs/store.ts';
import { Foreshard, type ForeshardProps } from './foreshard.ts';

/** What holds state: it is deployed rarely, and cannot be deleted by accident. */
export class StoreStack extends Stack {
  private readonly store: Store;

  constructor(scope: Construct, id: string, props: StackProps & Pick<ForeshardProps, 'encryptionKey'> = {}) {
    const { encryptionKey, ...rest } = props;
    super(scope, id, { terminationProtection: true, description: 'Foreshard: the table and the bucket', ...rest });
    this.store = new Store(this, 'Store', encryptionKey ? { encryptionKey } : {});
  }

  /** The store as another stack sees it. */
  exportTo(scope: Construct): Required<Pick<ForeshardProps, 'table' | 'bucket'>> {
    const { table, bucket } = this.store;
    const keys = { ...(bucket.encryptionKey && { encryptionKey: bucket.encryptionKey }) };
    return {
      table: Table.fromTableAttributes(scope, 'Table', { tableArn: this.exportValue(table.tableArn), ...keys }),
      bucket: Bucket.fromBucketAttributes(scope, 'Bucket', {
        bucketArn: this.exportValue(bucket.bucketArn),
        bucketName: this.exportValue(bucket.bucketName),
        ...keys,
      }),
    };
  }
}

export interface ForeshardStackProps extends StackProps, ForeshardProps {
  /**
   * The stack with the table and the bucket.
   *
   * @default - `table` and `bucket`, or new ones in this stack
   */
  readonly storeStack?: StoreStack;
}

/** What holds no state: functions, machines, schedules, alarms. It can be deleted and deployed anew at any time. */
export class ForeshardStack extends Stack {
  readonly foreshard: Foreshard;

  constructor(scope: Construct, id: string, props: ForeshardStackProps) {
    super(scope, id, { ...props, description: 'Foreshard: runs data workflows so that they meet their deadline' });
    this.foreshard = new Foreshard(this, 'Foreshard', { ...props, ...props.storeStack?.exportTo(this) });
  }
}
