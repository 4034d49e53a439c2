import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import { Alias, type Code, type IVersion, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Settings } from '../../lib/core/settings.ts';
import { listPools } from '../../lib/plan/list-pools.ts';
import { REGIONAL } from '../../lib/plan/pool.ts';
import type { Network } from './network.ts';
import { StageFunction } from './stage-function.ts';
import type { Store } from './store.ts';

export interface WorkerPoolsProps {
  /** @default - there are regional pools alone */
  readonly network?: Network;
  readonly settings: Settings;
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  readonly store: Store;
  readonly logRetention: RetentionDays;
}

export interface WorkerPool {
  readonly memoryMiB: number;
  readonly zone: string;
  readonly worker: LambdaFunction;
  /** What slots call: the function, or its alias. */
  readonly invokedArn: string;
}

/** Lambda's longest time; a worker gives up its shards well before. */
const WORKER_TIMEOUT = Duration.seconds(900);

/**
 * The worker functions: one for each tier and zone, in that zone's isolated subnet alone, and one for each tier without
 * a VPC. None declares reserved or provisioned concurrency: the reserver writes it, and CloudFormation would write it
 * back.
 */
export class WorkerPools extends Construct {
  readonly pools: readonly WorkerPool[];
  /** None when there are regional pools alone. */
  readonly zones: readonly string[];

  constructor(scope: Construct, id: string, props: WorkerPoolsProps) {
    super(scope, id);
    const { settings, logRetention, network } = props;
    const { zones, workerAlias: aliasName } = settings;
    this.zones = zones;
    this.pools = workersOf(settings).map(({ functionName, memoryMiB, zone }) => {
      // A zone's name may be known at deployment only: its place in the list names the construct.
      const place = zone === REGIONAL ? 'Regional' : `Zone${zones.indexOf(zone) + 1}`;
      const subnet = network?.subnets.get(zone);
      const { resource } = new StageFunction(this, `${place}Tier${memoryMiB}`, {
        functionName,
        handler: 'worker',
        code: props.code,
        memoryMiB,
        timeout: WORKER_TIMEOUT,
        environment: props.environment,
        logRetention,
        ...(network &&
          subnet && {
            placement: { vpc: network.vpc, subnet, securityGroup: network.securityGroup },
          }),
      });
      props.store.grantTable(resource);
      props.store.grantObjects(resource, 'replace');
      const alias =
        aliasName &&
        new Alias(this, `${place}Tier${memoryMiB}Alias`, { aliasName, version: resource.currentVersion as IVersion });
      return { memoryMiB, zone, worker: resource, invokedArn: (alias || resource).functionArn };
    });
  }

  /** ARNs of the workers by name alone, for those who are made before them or must not wait for them. */
  static arns(scope: Construct, settings: Settings): readonly string[] {
    return workersOf(settings).map(({ functionName }) =>
      Stack.of(scope).formatArn({
        service: 'lambda',
        resource: 'function',
        resourceName: functionName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    );
  }
}

/** The functions themselves, whatever alias they are called by. */
function workersOf({ workerAlias: _, ...settings }: Settings) {
  return listPools(settings, new Set());
}
