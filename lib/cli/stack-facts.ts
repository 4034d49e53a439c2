import { readFile } from 'node:fs/promises';
import { DescribeContinuousBackupsCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetBucketEncryptionCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { tableSchema } from '../adapters/aws/table-schema.ts';
import { errorMessage, errorName } from '../core/foreshard-error.ts';
import { concurrencyDemand } from '../plan/concurrency-demand.ts';
import { listPools } from '../plan/list-pools.ts';
import type { ConcurrencyLimits } from '../ports/functions.ts';
import { openZones, type ZoneHealth } from '../recover/open-zones.ts';
import { readZones } from '../recover/zone-store.ts';
import { loadDemand } from '../run/load-demand.ts';
import type { OpenStack } from './open-stack.ts';

/** What a question to AWS brought: its answer, or the error by name and message. */
export type Asked<Value> =
  | { readonly value: Value }
  | { readonly error: { readonly name: string; readonly message: string } };

/** A worker function as it is, beside what the settings want. */
export interface WorkerFact {
  readonly functionName: string;
  readonly wantedMiB: number;
  readonly memoryMiB: number | undefined;
  readonly state: string | undefined;
}

/** Reserved concurrency beside what the active plans want of it. */
export interface WallFact {
  readonly functionName: string;
  readonly wantedCount: number;
  readonly reservedCount: number | undefined;
}

/** All that `doctor --stack` looks at. Each question fails on its own: what may not be asked is a finding too. */
export interface StackFacts {
  readonly stack: string;
  readonly limits: Asked<ConcurrencyLimits>;
  readonly workers: readonly Asked<WorkerFact>[];
  readonly table: Asked<{ readonly status: string | undefined; readonly asDeclared: boolean }>;
  readonly recovery: Asked<boolean>;
  readonly bucket: Asked<{ readonly versioned: boolean; readonly encrypted: boolean }>;
  readonly publicAccess: Asked<boolean>;
  readonly machines: readonly Asked<{ readonly machine: string; readonly asHere: boolean }>[];
  readonly zones: Asked<{ readonly health: readonly ZoneHealth[]; readonly open: readonly string[] }>;
  readonly wall: Asked<readonly WallFact[]>;
}

/** Clients of the services that are asked; their region and credentials are those of the process. */
export interface StackClients {
  readonly lambda: Pick<LambdaClient, 'send'>;
  readonly dynamo: Pick<DynamoDBClient, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly sfn: Pick<SFNClient, 'send'>;
}

/** Clients by the region and the credentials that the SDK finds. */
export function stackClients(): StackClients {
  return { lambda: new LambdaClient(), dynamo: new DynamoDBClient(), s3: new S3Client(), sfn: new SFNClient() };
}

/** Asks a deployed stack how it is; nothing is changed. */
export async function stackFacts(opened: OpenStack, clients: StackClients): Promise<StackFacts> {
  const { environment, services } = opened;
  const { table: TableName, bucket: Bucket, machineArns } = environment;
  const workers = listPools(services.settings, new Set());
  return {
    stack: opened.name,
    limits: await ask(() => services.functions.limits()),
    workers: await Promise.all(
      workers.map(({ functionName, memoryMiB }) => ask(() => workerFact(clients, functionName, memoryMiB))),
    ),
    table: await ask(() => tableFact(clients, TableName)),
    recovery: await ask(async () => {
      const answer = await clients.dynamo.send(new DescribeContinuousBackupsCommand({ TableName }));
      const { PointInTimeRecoveryDescription: recovery } = answer.ContinuousBackupsDescription ?? {};
      return recovery?.PointInTimeRecoveryStatus === 'ENABLED';
    }),
    bucket: await ask(() => bucketFact(clients, Bucket)),
    publicAccess: await ask(async () => {
      const { PublicAccessBlockConfiguration: block = {} } = await clients.s3.send(
        new GetPublicAccessBlockCommand({ Bucket }),
      );
      const { BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets } = block;
      return ![BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets].every(Boolean);
    }),
    machines: await Promise.all(
      Object.entries(machineArns).map(([machine, arn]) => ask(() => machineFact(clients, machine, arn))),
    ),
    zones: await ask(() => zonesFact(opened)),
    wall: await ask(() => wallFacts(opened)),
  };
}

async function ask<Value>(question: () => Promise<Value>): Promise<Asked<Value>> {
  try {
    return { value: await question() };
  } catch (error) {
    return { error: { name: errorName(error), message: errorMessage(error) } };
  }
}

async function workerFact({ lambda }: StackClients, functionName: string, wantedMiB: number): Promise<WorkerFact> {
  const [FunctionName = functionName] = functionName.split(':');
  const { MemorySize, State } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  return { functionName, wantedMiB, memoryMiB: MemorySize, state: State };
}

async function tableFact({ dynamo }: StackClients, TableName: string) {
  const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
  const { KeySchema, GlobalSecondaryIndexes = [] } = tableSchema(TableName);
  const shape = (keys: readonly { AttributeName?: string | undefined; KeyType?: string | undefined }[] = []) =>
    keys.map(({ AttributeName, KeyType }) => `${KeyType}:${AttributeName}`).join();
  const indexes = new Map(Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema: keys }) => [IndexName, keys]));
  const asDeclared =
    shape(Table?.KeySchema) === shape(KeySchema) &&
    GlobalSecondaryIndexes.every(({ IndexName, KeySchema: keys }) => shape(indexes.get(IndexName)) === shape(keys));
  return { status: Table?.TableStatus, asDeclared };
}

async function bucketFact({ s3 }: StackClients, Bucket: string) {
  const { Status } = await s3.send(new GetBucketVersioningCommand({ Bucket }));
  const { ServerSideEncryptionConfiguration: encryption } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
  return { versioned: Status === 'Enabled', encrypted: (encryption?.Rules?.length ?? 0) > 0 };
}

/** Names of states alone: the functions that they call are of the stack. */
async function machineFact({ sfn }: StackClients, machine: string, stateMachineArn: string) {
  const { definition = '{}' } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
  const own = await readFile(new URL(`../../infra/${machine}.asl.json`, import.meta.url), 'utf8');
  return { machine, asHere: statesOf(definition) === statesOf(own) };
}

function statesOf(definition: string): string {
  const { States }: { readonly States?: object } = JSON.parse(definition);
  return Object.keys(States ?? {})
    .sort()
    .join();
}

async function zonesFact({ services: { table, clock, settings } }: OpenStack) {
  const health = await readZones(table, settings.zones);
  return { health, open: openZones(health, clock.now()) };
}

/** A plan looks this far ahead, as the reserver does. */
const LEAD_MS = 120_000;

async function wallFacts({ services }: OpenStack): Promise<readonly WallFact[]> {
  const demand = await loadDemand(services);
  const nothing = { expectedCounts: new Map<string, number>(), provisionedCounts: new Map<string, number>() };
  const wanted = concurrencyDemand({ ...demand, ...nothing, now: services.clock.now(), leadMs: LEAD_MS });
  return wanted.map(({ functionName, needCount }) => ({
    functionName,
    wantedCount: needCount,
    reservedCount: demand.observed.get(functionName),
  }));
}
