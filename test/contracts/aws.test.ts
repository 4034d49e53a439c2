import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, type MetricDatum, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, HeadObjectCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudwatchMetrics } from '../../lib/adapters/aws/cloudwatch-metrics.ts';
import { dynamoTable } from '../../lib/adapters/aws/dynamo-table.ts';
import { lambdaFunctions } from '../../lib/adapters/aws/lambda-functions.ts';
import { MULTIPART_MIN_BYTES } from '../../lib/adapters/aws/put-in-parts.ts';
import { s3ObjectStore } from '../../lib/adapters/aws/s3-object-store.ts';
import { scalingProvisioning } from '../../lib/adapters/aws/scaling-provisioning.ts';
import { stepFunctionsExecutions } from '../../lib/adapters/aws/step-functions-executions.ts';
import { objectClient, tableClient } from '../../lib/adapters/aws/store-clients.ts';
import { tableSchema } from '../../lib/adapters/aws/table-schema.ts';
import { collect } from '../../lib/core/collect.ts';
import { inParallel } from '../../lib/core/in-parallel.ts';
import type { Functions } from '../../lib/ports/functions.ts';
import type { Table } from '../../lib/ports/table.ts';
import { type EmfRecord, NAMESPACE } from '../../lib/profile/emf.ts';
import { faultyEndpoint } from '../fixtures/faulty-endpoint.ts';
import { executionsContract } from './executions-contract.ts';
import { functionsContract } from './functions-contract.ts';
import { metricsContract } from './metrics-contract.ts';
import { objectFaultsContract } from './object-faults-contract.ts';
import { objectStoreContract } from './object-store-contract.ts';
import { provisioningContract } from './provisioning-contract.ts';
import { tableContract } from './table-contract.ts';
import { tableFaultsContract } from './table-faults-contract.ts';

/**
 * The contract suites against whatever stands behind `AWS_ENDPOINT_URL`: `.ci/moto` starts a moto server for it. Where
 * moto 5.2 is not like AWS, the place says how, and what AWS documents.
 */
const endpoint = process.env.AWS_ENDPOINT_URL;
const unique = `${process.pid}-${Date.now()}`;
/** How long a client waits for an answer where answers are kept back. */
const ANSWER_MS = 1_500;
const role = 'arn:aws:iam::123456789012:role/test';

describe.skipIf(endpoint === undefined)('on AWS', () => {
  objectStoreContract('S3', async () => {
    const s3 = new S3Client();
    const [own, other] = [`own-${unique}`, `other-${unique}`];
    for (const Bucket of [own, other]) await s3.send(new CreateBucketCommand({ Bucket, ...inRegion() }));
    return { objects: s3ObjectStore(s3, own), bucket: other, close: async () => s3.destroy() };
  });

  describe('S3 alone', () => {
    const s3 = new S3Client();
    const Bucket = `alone-${unique}`;
    const objects = s3ObjectStore(s3, Bucket);
    beforeAll(async () => {
      await s3.send(new CreateBucketCommand({ Bucket, ...inRegion() }));
    });
    afterAll(() => s3.destroy());

    it('writes a large body in parts, once', async () => {
      const body = new Uint8Array(MULTIPART_MIN_BYTES + 1).fill(7);
      expect(await objects.put('large', body, { ifAbsent: true })).toEqual({ stored: true });
      expect(await objects.info('large')).toEqual({ location: 'large', sizeBytes: body.length });
      expect(await objects.get('large', { start: body.length - 3, end: body.length + 5 })).toEqual(body.subarray(-3));
      // The number of parts is the last word of the ETag.
      expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'large' }))).ETag).toMatch(/-3"$/);
      expect(await objects.put('large', body.fill(8), { ifAbsent: true })).toEqual({ stored: false, reason: 'exists' });
      expect(await objects.get('large', { start: 0, end: 1 })).toEqual(Uint8Array.of(7));
      expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? []).toEqual([]);
    });

    it('lists more objects than one page holds', async () => {
      const keys = Array.from({ length: 1_005 }, (_, index) => `page/${String(index).padStart(5, '0')}`);
      await inParallel(keys, 20, (key) => objects.put(key, new Uint8Array()));
      expect((await collect(objects.list('page/'))).map(({ location }) => location)).toEqual(keys);
    });

    it('cannot read a file of this machine', async () => {
      await expect(objects.get('file:/etc/hostname')).rejects.toMatchObject({ name: 'InvalidInput' });
    });
  });

  describe('', () => {
    let table: Table;
    beforeAll(async () => {
      const client = new DynamoDBClient();
      const tableName = `table-${unique}`;
      await client.send(new CreateTableCommand(tableSchema(tableName)));
      table = dynamoTable({ client, tableName });
    });
    // DynamoDB: a comparison of unlike types is false ("Legal comparisons", API reference of ComparisonOperator); moto
    // answers 500.
    tableContract('DynamoDB', () => table, { failsOnUnlikeTypes: true });
  });

  tableFaultsContract('DynamoDB', async () => {
    const faulty = await faultyEndpoint(endpoint ?? '');
    const tableName = `faulty-${unique}`;
    await new DynamoDBClient().send(new CreateTableCommand(tableSchema(tableName)));
    const client = () => tableClient({ timeoutMs: ANSWER_MS, endpoint: faulty.url });
    const connect = () => dynamoTable({ client: client(), tableName });
    const close = async () => faulty[Symbol.asyncDispose]();
    return { connect, endpoint: faulty, close };
  });

  objectFaultsContract('S3', async () => {
    const faulty = await faultyEndpoint(endpoint ?? '');
    const Bucket = `faulty-${unique}`;
    const direct = new S3Client();
    await direct.send(new CreateBucketCommand({ Bucket, ...inRegion() }));
    const client = () => objectClient({ timeoutMs: ANSWER_MS, endpoint: faulty.url });
    return {
      connect: () => s3ObjectStore(client(), Bucket, { stallMs: ANSWER_MS }),
      endpoint: faulty,
      largeBytes: MULTIPART_MIN_BYTES + 1,
      async unfinishedCount() {
        const { Uploads = [] } = await direct.send(new ListMultipartUploadsCommand({ Bucket }));
        return Uploads.length;
      },
      close: async () => faulty[Symbol.asyncDispose](),
    };
  });

  functionsContract('Lambda', async () => {
    const lambda = new LambdaClient({ maxAttempts: 1 });
    const worker = `worker-${unique}`;
    await createRole();
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: worker,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: role,
        Code: { ZipFile: new TextEncoder().encode('no code is run') },
      }),
    );
    // Without Docker moto answers a call with its payload and runs no code.
    return {
      functions: withLimits(lambdaFunctions(lambda), worker),
      worker,
      runsCode: false,
      close: async () => lambda.destroy(),
    };
  });

  // Application Auto Scaling carries registered actions out when they are due ("Scheduled scaling", User Guide); moto
  // only keeps them, also those of targets that were never registered (AWS: ObjectNotFoundException). The suite
  // registers them for a day that nobody here will see.
  provisioningContract('Application Auto Scaling', async () => {
    const client = new ApplicationAutoScalingClient();
    return {
      provisioning: scalingProvisioning(client),
      functionName: (suffix) => `${suffix}-${unique}:live`,
      close: async () => client.destroy(),
    };
  });

  metricsContract('CloudWatch', async () => {
    const client = new CloudWatchClient();
    return {
      metrics: cloudwatchMetrics(client),
      async emitAll(records) {
        const MetricData = records.flatMap(dataOf);
        await client.send(new PutMetricDataCommand({ Namespace: NAMESPACE, MetricData }));
      },
      close: async () => client.destroy(),
    };
  });

  executionsContract('Step Functions', async () => {
    const sfn = new SFNClient();
    // It only waits: functions are called in test/end-to-end-moto.test.ts.
    const definition = JSON.stringify({
      StartAt: 'Wait',
      States: { Wait: { Type: 'Wait', Seconds: 3_600, End: true } },
    });
    const machine = async (name: 'workflow' | 'slot') => {
      const command = new CreateStateMachineCommand({ name: `${name}-${unique}`, definition, roleArn: role });
      return (await sfn.send(command)).stateMachineArn ?? '';
    };
    const arns = { workflow: await machine('workflow'), slot: await machine('slot') };
    // DescribeExecution answers with the `cause` of StopExecution (API reference); moto forgets it.
    const executions = stepFunctionsExecutions(arns, sfn);
    return { executions, runsStates: false, forgetsCause: true, close: async () => sfn.destroy() };
  });
});

describe.skipIf(endpoint !== undefined)('on AWS', () => {
  it.skip('needs AWS_ENDPOINT_URL: run `.ci/moto npx vitest run test/contracts/aws.test.ts`', () => undefined);
});

/** CloudWatch Logs takes metrics out of EMF lines; an endpoint without it gets the same by hand. */
function dataOf(record: EmfRecord): readonly MetricDatum[] {
  return record._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Dimensions.flatMap((set) =>
      Metrics.map(({ Name, Unit }) => ({
        MetricName: Name,
        Unit: Unit as 'Count',
        Value: Object(record)[Name],
        Timestamp: new Date(record._aws.Timestamp),
        Dimensions: set.map((name) => ({ Name: name, Value: Object(record)[name] })),
      })),
    ),
  );
}

/** By hand, for want of a client: moto creates no function for a role that it does not know. */
async function createRole(): Promise<void> {
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  const body = new URLSearchParams({
    Action: 'CreateRole',
    Version: '2010-05-08',
    RoleName: 'test',
    AssumeRolePolicyDocument: JSON.stringify(trust),
  });
  const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request' };
  await fetch(endpoint ?? '', { method: 'POST', body, headers });
}

/** Every region but the first must be named when a bucket is made. */
function inRegion() {
  const region = process.env.AWS_REGION ?? 'us-east-1';
  return region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-central-1' } };
}

/**
 * moto 5.2 has no GetAccountSettings ("Number of concurrent executions" in AWS's API reference: `AccountLimit`): the
 * account's limit stands here, and what is reserved of it is asked of the endpoint.
 */
function withLimits(functions: Functions, worker: string): Functions {
  const accountMax = 1_000;
  return {
    ...functions,
    async limits() {
      const reserved = (await functions.concurrency(worker)) ?? 0;
      return { accountMax, reservableMax: accountMax - 100, reservableLeft: accountMax - 100 - reserved };
    },
  };
}
