import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../infra/bundle.ts';
import { s3ObjectStore } from '../lib/adapters/aws/s3-object-store.ts';
import { tableSchema } from '../lib/adapters/aws/table-schema.ts';
import { collect } from '../lib/core/collect.ts';
import { Settings } from '../lib/core/settings.ts';
import { listPools } from '../lib/plan/list-pools.ts';
import { RunReport } from '../lib/report/run-report.ts';
import { readDocument } from '../lib/run/run-document.ts';
import { type Gateway, type LambdaHandler, lambdaGateway } from './fixtures/moto/lambda-gateway.ts';

/**
 * A run with nothing of ours but the handlers, bundled as they are deployed: the table, the bucket and the interpreter of both state machines are
 * moto's. Not covered: Lambda's concurrency and time-outs, worker threads (every function runs in this process), IAM.
 */
const endpoint = process.env.AWS_ENDPOINT_URL;
const port = Number(process.env.MOTO_GATEWAY_PORT);
const unique = `${process.pid}-${Date.now()}`;
const STAGES = [
  'sharder',
  'forecaster',
  'allocator',
  'reserver',
  'dispatcher',
  'monitor',
  'resharder',
  'recovery',
  'finisher',
  'aborter',
  'profiler',
];
const workerPrefix = 'foreshard-worker-';
const settings = Settings.parse({ tiersMiB: [1_769], slotMax: 4, vcpuMax: 4, workerPrefix, monitorMinMs: 200 });
/** Alone a run takes 10 s; moto and all handlers share two cores with whatever else runs. */
const RUN_MAX_MS = 150_000;

const definition = {
  version: 1,
  name: 'moto',
  deadline: '3m',
  operations: [
    {
      id: 'make',
      task: 'replay',
      input: { kind: 'keys', from: 0, to: 200 },
      params: { cpuMs: 1, writeBytes: 100, per: 'record' },
      estimates: { cpuSeconds: 200 },
      replicate: true,
    },
    { id: 'gather', task: 'replay', after: [{ operation: 'make', edge: 'wide' }], params: { cpuMs: 5 } },
  ],
};

describe.skipIf(endpoint === undefined || !port)('a run on moto', () => {
  let gateway: Gateway;
  let sfn: SFNClient;
  let s3: S3Client;
  let far: S3Client;
  const arns = new Map<string, string>();
  const Bucket = `run-${unique}`;
  /** In another region, as `replicaRegion` of the stack makes it. */
  const Replicas = `replicas-${unique}`;
  const REPLICA_REGION = 'eu-west-1';
  const lost = new Set<string>();

  beforeAll(async () => {
    const tasksEntry = join(import.meta.dirname, '../lib/tasks/built-in-tasks.ts');
    const { directory } = await bundle({ handlers: [...STAGES, 'worker'], tasksEntry });
    const functions = new Map<string, LambdaHandler>();
    for (const name of STAGES) functions.set(name, await handlerOf(directory, name));
    const worker = await handlerOf(directory, 'worker');
    for (const { functionName } of listPools(settings, new Set())) functions.set(functionName, worker);
    // The first output of each shard is lost in the first store, which says that it has it.
    const loses = (method: string, path: string) => {
      const [, key = ''] = /^\/run-[^/]+\/(runs\/run-[^/]+\/outputs\/make\/[^?]+)/.exec(path) ?? [];
      if (method !== 'PUT' || key === '' || lost.has(key)) return false;
      lost.add(key);
      return true;
    };
    gateway = await lambdaGateway({ port, endpoint: endpoint ?? '', functions, loses });
    const client = { endpoint: `http://127.0.0.1:${port}` };
    sfn = new SFNClient(client);
    s3 = new S3Client({ ...client, forcePathStyle: true });
    const tableName = `table-${unique}`;
    await new DynamoDBClient(client).send(new CreateTableCommand(tableSchema(tableName)));
    await s3.send(
      new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
    );
    far = new S3Client({ ...client, region: REPLICA_REGION, forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: REPLICA_REGION } as const;
    await far.send(new CreateBucketCommand({ Bucket: Replicas, CreateBucketConfiguration }));
    for (const name of ['workflow', 'slot']) arns.set(name, await createMachine(sfn, name));
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: client.endpoint,
      FORESHARD_TABLE: tableName,
      FORESHARD_BUCKET: Bucket,
      FORESHARD_REPLICA_BUCKET: Replicas,
      FORESHARD_REPLICA_REGION: REPLICA_REGION,
      FORESHARD_WORKFLOW_MACHINE: arns.get('workflow'),
      FORESHARD_SLOT_MACHINE: arns.get('slot'),
      FORESHARD_SETTINGS: JSON.stringify(settings),
    });
  });
  afterAll(async () => {
    sfn.destroy();
    await gateway[Symbol.asyncDispose]();
  });

  it(
    'ends with its report, every shard committed once, and its slots and reservations known to AWS',
    async () => {
      const name = `run-${unique}`;
      const arn = await start(name, { workflow: definition });
      expect(await start(name, { workflow: definition })).toBe(arn);
      expect(await settled(sfn, arn)).toMatchObject({ status: 'SUCCEEDED' });
      const report = await readDocument(s3ObjectStore(s3, Bucket), { run: name, name: 'report' }, RunReport);
      expect(report.outcome).toBe('met');
      // Each of the 200 keys was one record of 'make', whatever the run was cut into.
      expect(report.operations.find(({ id }) => id === 'make')?.recordsIn).toBe(200);
      for (const { shardCount, committedCount } of report.operations) expect(committedCount).toBe(shardCount);
      const committed = report.attempts.filter(({ outcome }) => outcome === 'committed').map(({ shard }) => shard);
      expect(committed.length).toBeGreaterThan(1);
      expect(new Set(committed).size).toBe(committed.length);
      expect(gateway.calls.get('Lambda.finisher')).toBe(1);
      expect([...gateway.reserved.keys()]).toEqual([`${workerPrefix}1769-regional`]);
    },
    RUN_MAX_MS,
  );

  it('wrote its replicas into the other region, read what was lost from there, and repaired it', async () => {
    expect(lost.size).toBeGreaterThan(1);
    const [own, replicas] = [s3ObjectStore(s3, Bucket), s3ObjectStore(far, Replicas)];
    for (const key of lost) expect(await own.get(key)).toEqual(await replicas.get(key));
    // Nothing but outputs of operations that ask for it lies there.
    const written = (await collect(replicas.list('runs/'))).map(({ location }) => location);
    expect(written).toEqual([...lost].sort());
  });

  it(
    'fails with an error that a person can act on, by the name that the state machine matches on',
    async () => {
      const hopeless = { ...definition, deadline: '1s' };
      expect(await settled(sfn, await start(`late-${unique}`, { workflow: hopeless }))).toMatchObject({
        status: 'FAILED',
        error: 'DeadlineUnreachable',
        cause: expect.stringContaining('the earliest is'),
      });
    },
    RUN_MAX_MS,
  );

  async function start(name: string, input: object): Promise<string> {
    const command = { stateMachineArn: arns.get('workflow'), name, input: JSON.stringify(input) };
    return (await sfn.send(new StartExecutionCommand(command))).executionArn ?? '';
  }
});

describe.skipIf(endpoint !== undefined)('a run on moto', () => {
  it.skip('needs a moto server: run `.ci/moto npx vitest run test/end-to-end-moto.test.ts`', () => undefined);
});

async function handlerOf(directory: string, name: string): Promise<LambdaHandler> {
  const { handler } = (await import(join(directory, `${name}.mjs`))) as { readonly handler: LambdaHandler };
  return handler;
}

async function createMachine(sfn: SFNClient, name: string): Promise<string> {
  const text = readFileSync(join(import.meta.dirname, `../infra/${name}.asl.json`), 'utf8');
  const definition = text.replace(/\$\{(\w+)\}/g, (_, placeholder: string) => placeholder.toLowerCase());
  const roleArn = 'arn:aws:iam::123456789012:role/test';
  const command = new CreateStateMachineCommand({ name: `${name}-${unique}`, definition, roleArn });
  return (await sfn.send(command)).stateMachineArn ?? '';
}

async function settled(sfn: SFNClient, executionArn: string) {
  for (const endsAt = Date.now() + RUN_MAX_MS; Date.now() < endsAt; ) {
    const { status, output, error, cause } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') return { status, output, error, cause };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { status: 'RUNNING' };
}
