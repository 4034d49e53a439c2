import { App, ArnFormat, Aws, Stack, Stage, Token } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ReplicaStack } from '../replica-stack.ts';
import { acknowledgePattern } from './acknowledge.ts';
import { grantObjects } from './store.ts';

export interface ReplicasProps {
  /** Begins the name of a new bucket. */
  readonly prefix: string;
  /** @default - one of the user's own */
  readonly region?: string;
  /** @default - a new one in the region */
  readonly bucket?: IBucket;
  /** Whether there are workers that reach buckets of their own region alone. */
  readonly zonal: boolean;
  /** Whether a new bucket gets a key of its own. */
  readonly encrypted: boolean;
}

/** Where the outputs of operations with `replicate` are written a second time. */
export class Replicas extends Construct {
  readonly bucket: IBucket;
  /** Where a client must ask for it; nothing when that is the stack's own. */
  readonly region: string | undefined;
  private readonly keyAlias: string | undefined;

  constructor(scope: Construct, id: string, props: ReplicasProps) {
    super(scope, id);
    if (props.region !== undefined && props.bucket) {
      throw new Error('replicaRegion makes a bucket and replicaBucket names one; give one of the two');
    }
    const bucketName = `${props.prefix}-replicas-${Aws.ACCOUNT_ID}-${props.region}`;
    this.bucket = props.bucket ?? Bucket.fromBucketAttributes(this, 'Bucket', { bucketName, ...regionOf(props) });
    this.region = this.otherRegion(props);
    if (this.region !== undefined && props.zonal) {
      const place = `replicas would lie in ${this.region}, which zonal workers do not reach: their gateway endpoint leads`;
      throw new Error(`${place} to buckets of their own region; name a replicaBucket there, or set zonal: false`);
    }
    if (props.region === undefined) return;
    this.keyAlias = props.encrypted ? `alias/${props.prefix}-replicas` : undefined;
    this.makeStack(bucketName, props.region);
  }

  /** Lets a function write replicas, read them and remove those that nobody will read. */
  grant(keeper: IGrantable): void {
    grantObjects(this.bucket, keeper, 'replace');
    if (this.keyAlias === undefined) return;
    // The key's ARN is known in its own region alone; its alias is ours to choose.
    const keys = Stack.of(this).formatArn({
      service: 'kms',
      region: this.region ?? '',
      resource: 'key',
      resourceName: '*',
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    keeper.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [keys],
        conditions: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': this.keyAlias } },
      }),
    );
    acknowledgePattern(
      keeper,
      keys,
      'The condition names the one key by its alias: its ARN is known in its own region',
    );
  }

  private makeStack(bucketName: string, region: string): void {
    const own = Stack.of(this);
    const account = Token.isUnresolved(own.account) ? {} : { account: own.account };
    const stack = new ReplicaStack(Stage.of(this) ?? App.of(this) ?? own, `${own.node.id}-replicas`, {
      env: { region, ...account },
      bucketName,
      ...(this.keyAlias !== undefined && { keyAlias: this.keyAlias }),
    });
    own.addStackDependency(stack);
  }

  private otherRegion({ region, bucket }: ReplicasProps): string | undefined {
    const own = Stack.of(this).region;
    const its = region ?? bucket?.env.region;
    if (region !== undefined && region === own) {
      throw new Error(
        `replicaRegion is the stack's own region, ${region}; name another one, or a replicaBucket in this one`,
      );
    }
    return its === undefined || its === own || Token.isUnresolved(its) ? undefined : its;
  }
}

function regionOf({ region }: ReplicasProps) {
  return region === undefined ? {} : { region };
}
