import type { S3Client } from '@aws-sdk/client-s3';
import { listPools } from '../../plan/list-pools.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Services } from '../../ports/services.ts';
import { type ExtensionModule, extensionsOf } from '../../run/extensions.ts';
import { systemClock } from '../system-clock.ts';
import { threadMeter } from '../thread-meter.ts';
import { zlibCodecs } from '../zlib-codecs.ts';
import { dynamoTable } from './dynamo-table.ts';
import { emfMetrics } from './emf-metrics.ts';
import { type Environment, parseEnvironment } from './environment.ts';
import { lambdaZone } from './lambda-zone.ts';
import { lazyExecutions } from './lazy-executions.ts';
import { lazyFunctions } from './lazy-functions.ts';
import { lazyProvisioning } from './lazy-provisioning.ts';
import { once } from './once.ts';
import { s3ObjectStore } from './s3-object-store.ts';
import { objectClient, tableClient } from './store-clients.ts';

/**
 * Everything outside the program, on AWS. Call it once for each process: its clients keep their connections.
 *
 * @param environment the process's: see `environment.ts`; region and credentials are found by the SDK
 * @param module all code of the user's own that the installation has
 * @throws {ForeshardError} `InvalidInput`, naming the variable, when the environment is not as the stack sets it
 */
export function awsServices(environment: NodeJS.ProcessEnv, module: ExtensionModule): Services {
  const settings = parseEnvironment(environment);
  const s3 = objectClient();
  const pools = listPools(settings.settings, new Set());
  return {
    table: dynamoTable({ client: tableClient(), tableName: settings.table }),
    objects: s3ObjectStore(s3, settings.bucket),
    replicas: replicasOf(settings, s3),
    metrics: emfMetrics(),
    functions: module.provider?.open({ functions: lazyFunctions(), pools }) ?? lazyFunctions(),
    ...(settings.settings.workerAlias !== undefined && { provisioning: lazyProvisioning() }),
    executions: lazyExecutions(settings.machineArns),
    zoneId: once(() => lambdaZone(environment)),
    clock: systemClock(),
    random: Math.random,
    settings: settings.settings,
    ...extensionsOf(module),
    codecs: zlibCodecs,
    meter: threadMeter(),
  };
}

function replicasOf({ replicaBucket, replicaRegion }: Environment, s3: S3Client): ObjectStore | undefined {
  if (replicaBucket === undefined) return undefined;
  return s3ObjectStore(replicaRegion === undefined ? s3 : objectClient({ region: replicaRegion }), replicaBucket);
}
