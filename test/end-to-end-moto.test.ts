import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoTable } from '../lib/adapters/aws/dynamo-table.ts';
import { s3ObjectStore } from '../lib/adapters/aws/s3-object-store.ts';
import { collect } from '../lib/core/collect.ts';
import { NAMESPACE } from '../lib/profile/emf.ts';
import { RunReport } from '../lib/report/run-report.ts';
import { readArrivals } from '../lib/run/arrival-store.ts';
import { followedTypes, followType } from '../lib/run/followed-types.ts';
import { readDocument } from '../lib/run/run-document.ts';
import { type DeployedStack, deployStack } from './fixtures/moto/deployed-stack.ts';

/**
 * A run with nothing of ours but the handlers, bundled as they are deployed: table and bucket are moto's,
 * made from the properties of the synthesized template, and so is the interpreter of both state machines. Not covered: Lambda's concurrency and time-outs, worker threads (every function runs in this process), IAM.
 */
const endpoint = process.env.AWS_ENDPOINT_URL;
const port = Number(process.env.MOTO_GATEWAY_PORT);
const unique = `${process.pid}-${Date.now()}`;
/** Alone a run takes 10 s; moto and all handlers share two cores with whatever else runs. */
const RUN_MAX_MS = 150_000;
const MINUTE = 60_000;

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
  let stack: DeployedStack;
  let far: S3Client;
  /** In another region, as `replicaRegion` of the stack makes it. */
  const Replicas = `replicas-${unique}`;
  const REPLICA_REGION = 'eu-west-1';
  const lost = new Set<string>();

  beforeAll(async () => {
    // The first output of each shard is lost in the first store, which says that it has it.
    const loses = (method: string, path: string) => {
      const [, key = ''] = /^\/run-[^/]+\/(runs\/run-[^/]+\/outputs\/make\/[^?]+)/.exec(path) ?? [];
      if (method !== 'PUT' || key === '' || lost.has(key)) return false;
      lost.add(key);
      return true;
    };
    // What the first call of a refresh keeps to end in is all that it has.
    const timeoutMs = (name: string, event: unknown) =>
      name === 'refresher' && !('part' in Object(event)) ? MINUTE : 15 * MINUTE;
    const variables = { FORESHARD_REPLICA_BUCKET: Replicas, FORESHARD_REPLICA_REGION: REPLICA_REGION };
    stack = await deployStack({
      name: 'foreshard',
      port,
      endpoint: endpoint ?? '',
      unique,
      loses,
      timeoutMs,
      variables,
    });
    far = new S3Client({ endpoint: stack.endpoint, region: REPLICA_REGION, forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: REPLICA_REGION } as const;
    await far.send(new CreateBucketCommand({ Bucket: Replicas, CreateBucketConfiguration }));
  });
  afterAll(() => stack[Symbol.asyncDispose]());

  it(
    'ends with its report, every shard committed once, and its slots and reservations known to AWS',
    async () => {
      const name = `run-${unique}`;
      const arn = await start(name, { workflow: definition });
      expect(await start(name, { workflow: definition })).toBe(arn);
      const ended = await settled(stack.sfn, arn);
      expect(ended).toMatchObject({ status: 'SUCCEEDED' });
      const location = `runs/${name}/report.json`;
      expect(JSON.parse(ended.output ?? '')).toMatchObject({ run: name, outcome: 'met', report: location });
      const report = await readDocument(
        s3ObjectStore(stack.s3, stack.bucket),
        { run: name, name: 'report' },
        RunReport,
      );
      expect(report.outcome).toBe('met');
      // Each of the 200 keys was one record of 'make', whatever the run was cut into.
      expect(report.operations.find(({ id }) => id === 'make')?.recordsIn).toBe(200);
      for (const { shardCount, committedCount } of report.operations) expect(committedCount).toBe(shardCount);
      const committed = report.attempts.filter(({ outcome }) => outcome === 'committed').map(({ shard }) => shard);
      expect(committed.length).toBeGreaterThan(1);
      expect(new Set(committed).size).toBe(committed.length);
      expect(stack.gateway.calls.get('Lambda.finisher')).toBe(1);
      expect([...stack.gateway.reserved.keys()]).toEqual(['foreshard-worker-1769-regional']);
    },
    RUN_MAX_MS,
  );

  it('wrote its replicas into the other region, read what was lost from there, and repaired it', async () => {
    expect(lost.size).toBeGreaterThan(1);
    const [own, replicas] = [s3ObjectStore(stack.s3, stack.bucket), s3ObjectStore(far, Replicas)];
    for (const key of lost) expect(await own.get(key)).toEqual(await replicas.get(key));
    // Nothing but outputs of operations that ask for it lies there.
    const written = (await collect(replicas.list('runs/'))).map(({ location }) => location);
    expect(written).toEqual([...lost].sort());
  });

  it(
    'fails with an error that a person can act on, by the name that the state machine matches on',
    async () => {
      const hopeless = { ...definition, deadline: '1s' };
      expect(await settled(stack.sfn, await start(`late-${unique}`, { workflow: hopeless }))).toMatchObject({
        status: 'FAILED',
        error: 'DeadlineUnreachable',
        cause: expect.stringContaining('the earliest is'),
      });
    },
    RUN_MAX_MS,
  );

  it(
    'refreshes profiles in parts, each type once, where one call is not enough',
    async () => {
      const now = Math.floor(Date.now() / MINUTE) * MINUTE;
      const types = Array.from({ length: 8 }, (_, index) => `moto-${unique}-${index}@1`);
      const table = dynamoTable({ client: new DynamoDBClient(), tableName: process.env.FORESHARD_TABLE ?? '' });
      const client = new CloudWatchClient();
      for (const type of types) {
        await followType(table, type);
        const attempts = [4, 9, 14].map((minutes) => ({
          MetricName: 'durationMs',
          Value: MINUTE,
          Timestamp: new Date(now - minutes * MINUTE),
          Dimensions: [{ Name: 'type', Value: type }],
        }));
        await client.send(new PutMetricDataCommand({ Namespace: NAMESPACE, MetricData: attempts }));
      }
      const before = stack.gateway.calls.get('Lambda.refresher') ?? 0;
      const arn = await start(`refresh-${unique}`, {}, 'refresh');
      const { output, ...ended } = await settled(stack.sfn, arn);
      expect(ended).toMatchObject({ status: 'SUCCEEDED' });
      // The first call has no time at all; what it leaves, the run's type too, is more than four parts are for.
      expect(JSON.parse(output ?? '')).toEqual(Array.from({ length: 4 }, () => ({ skippedCount: 0, failedCount: 0 })));
      expect((stack.gateway.calls.get('Lambda.refresher') ?? 0) - before).toBe(5);
      for (const type of types) expect((await readArrivals(table, type))?.busySlots).toHaveLength(72);
      const followed = (await followedTypes(table)).filter(({ type }) => types.includes(type));
      for (const { readUntil = 0 } of followed) expect(readUntil).toBeGreaterThanOrEqual(now);
    },
    RUN_MAX_MS,
  );

  async function start(name: string, input: object, machine = 'workflow'): Promise<string> {
    const command = { stateMachineArn: stack.machineArns.get(machine), name, input: JSON.stringify(input) };
    return (await stack.sfn.send(new StartExecutionCommand(command))).executionArn ?? '';
  }
});

describe.skipIf(endpoint !== undefined)('a run on moto', () => {
  it.skip('needs a moto server: run `.ci/moto npx vitest run test/end-to-end-moto.test.ts`', () => undefined);
});

async function settled(sfn: SFNClient, executionArn: string) {
  for (const endsAt = Date.now() + RUN_MAX_MS; Date.now() < endsAt; ) {
    const { status, output, error, cause } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status !== 'RUNNING') return { status, output, error, cause };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { status: 'RUNNING' };
}
