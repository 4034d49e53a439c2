import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import asl from 'asl-validator';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { CfnPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { beforeAll, describe, expect, it } from 'vitest';
import { startDefinition } from '../../infra/constructs/starter.ts';
import { Foreshard, type ForeshardProps } from '../../infra/foreshard.ts';
import { ForeshardStack, StoreStack } from '../../infra/stack.ts';
import { parseEnvironment } from '../../lib/adapters/aws/environment.ts';
import { tableSchema } from '../../lib/adapters/aws/table-schema.ts';
import { zoneMetrics } from '../../lib/plan/zone-metrics.ts';
import { runMetrics } from '../../lib/report/run-metrics.ts';
import { runReport } from '../fixtures/run-report.ts';

// cdk-nag is called by hand below: as a plugin it would run for every small stack of this file.
process.env.CDK_VALIDATION = 'false';

type Resource = { readonly Properties: Record<string, unknown>; readonly DeletionPolicy?: string };
const resources = (template: Template, type: string) => Object.values(template.findResources(type)) as Resource[];
const LAMBDA = 'AWS::Lambda::Function';
const POOL = { id: 'p', functionName: 'f', memoryMiB: 1_769, state: 'open', slotMax: 1 } as const;

interface Made {
  readonly stack: Stack;
  readonly foreshard: Foreshard;
  readonly template: Template;
}

/** A stack with Foreshard in it; regional pools of one tier, unless the props say more. */
function make(
  propsOf: (stack: Stack) => ForeshardProps = () => ({}),
  use?: (made: Omit<Made, 'template'>) => void,
): Made {
  const stack = new Stack(new App(), 'Test');
  const foreshard = new Foreshard(stack, 'Foreshard', { zonal: false, tiersMiB: [1_769], ...propsOf(stack) });
  use?.({ stack, foreshard });
  return { stack, foreshard, template: Template.fromStack(stack) };
}

/** A stack whose replicas lie in another region. */
function withReplicaRegion({ encrypted = false }) {
  const app = new App();
  const stack = new Stack(app, 'Test', { env: { region: 'eu-central-1' } });
  const key = encrypted ? { encryptionKey: new Key(stack, 'Key', { enableKeyRotation: true }) } : {};
  new Foreshard(stack, 'Foreshard', { zonal: false, tiersMiB: [1_769], replicaRegion: 'eu-west-1', ...key });
  return { app, stack, replicas: Template.fromStack(app.node.findChild('Test-replicas') as Stack) };
}

const policiesNaming = (template: Template, text: string) =>
  resources(template, 'AWS::IAM::Policy')
    .map(({ Properties }) => JSON.stringify(Properties))
    .filter((policy) => policy.includes(text));

const workersOf = (template: Template) =>
  resources(template, LAMBDA).filter(({ Properties }) => Properties.Handler === 'worker.handler');

interface Allowed {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

const ACKNOWLEDGED = 'aws:cdk:acknowledged-rules';

interface Linked {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Properties: unknown;
}

const MACHINES = ['workflow', 'slot', 'refresh'];

interface Machine {
  readonly States: Readonly<Record<string, TaskState>>;
}

/** Those inside of a map too. */
function tasksOf({ States }: Machine): readonly TaskState[] {
  return Object.values(States).flatMap((state) => {
    if (state.Type === 'Task') return [state];
    return state.ItemProcessor ? tasksOf(state.ItemProcessor) : [];
  });
}

interface TaskState {
  readonly Type: string;
  readonly ItemProcessor?: Machine;
  readonly TimeoutSeconds?: number;
  readonly Parameters?: { readonly FunctionName?: string };
}

/** The calls of a service that each function's policy allows, without the denied ones, by the construct's name. */
function callsOf(template: Template, service: string): Readonly<Record<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const [id, { Properties }] of Object.entries(template.findResources('AWS::IAM::Policy'))) {
    const [, name] = /Foreshard(?:Stages|Workers)(\w+?)Role/.exec(id) ?? [];
    const { Statement } = Properties.PolicyDocument as { Statement: { Effect: string; Action: string | string[] }[] };
    const calls = Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action);
    const own = new Set(calls.filter((call) => call.startsWith(service)).map((call) => call.slice(service.length)));
    if (name && own.size > 0) found.set(name, [...own].sort());
  }
  return Object.fromEntries(found);
}

/** The functions' environment with every reference put in by hand. */
function environmentOf(template: Template): Record<string, string> {
  const [worker] = workersOf(template);
  const { Variables } = (worker?.Properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
  return Object.fromEntries(Object.entries(Variables ?? {}).map(([name, value]) => [name, flat(value)]));
}

function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const { 'Fn::Join': join, Ref } = value as { 'Fn::Join'?: [string, unknown[]]; Ref?: string };
  if (join) return join[1].map(flat).join(join[0]);
  if (Ref === 'AWS::AccountId') return '123456789012';
  if (Ref === 'AWS::Partition') return 'aws';
  return Ref === 'AWS::Region' ? 'eu-central-1' : 'reference';
}

describe('the ready app', () => {
  let app: App;
  let store: Template;
  let main: Template;
  beforeAll(() => {
    app = new App();
    const storeStack = new StoreStack(app, 'foreshard-store');
    const stack = new ForeshardStack(app, 'foreshard', { storeStack });
    new ForeshardStack(app, 'provisioned', { storeStack, zonal: false, provisioned: true });
    store = Template.fromStack(storeStack);
    main = Template.fromStack(stack);
  });

  it('is clean under the AwsSolutions and Serverless packs of cdk-nag', () => {
    for (const pack of [new AwsSolutionsChecks(app), new ServerlessChecks(app)]) {
      const { violations } = pack.validateScope(app);
      expect(violations.map(({ ruleName, violatingResources }) => [ruleName, violatingResources])).toEqual([]);
    }
  });

  it('names every call that is allowed on all resources in the reason of its exception', () => {
    let callCount = 0;
    for (const construct of app.node.findAll()) {
      if (!(construct instanceof CfnPolicy)) continue;
      const { Statement } = construct.stack.resolve(construct.policyDocument) as { Statement: Allowed[] };
      const anywhere = Statement.filter(({ Effect, Resource }) => Effect === 'Allow' && Resource === '*');
      const role = construct.node.scope?.node.scope;
      const reasons = JSON.stringify(role?.node.metadata.filter(({ type }) => type === ACKNOWLEDGED));
      for (const call of anywhere.flatMap(({ Action }) => Action)) {
        callCount += 1;
        expect(reasons).toContain(call);
      }
    }
    expect(callCount).toBeGreaterThan(50);
  });

  it('keeps the table and the bucket when a stack goes, and apart from all that can be made anew', () => {
    for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket']) {
      expect(resources(store, type).map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(['Retain']);
      main.resourceCountIs(type, 0);
    }
  });

  it('declares the very table that the adapter expects', () => {
    const [table] = resources(store, 'AWS::DynamoDB::Table');
    const { KeySchema, GlobalSecondaryIndexes, AttributeDefinitions, BillingMode } = tableSchema('any');
    expect(table?.Properties).toMatchObject({ KeySchema, GlobalSecondaryIndexes, BillingMode });
    expect(table?.Properties.AttributeDefinitions).toEqual(expect.arrayContaining(AttributeDefinitions ?? []));
  });

  it('has one code asset, a worker for each tier and zone in its own subnet, and regional ones without a VPC', () => {
    const functions = resources(main, LAMBDA);
    expect(new Set(functions.map(({ Properties }) => JSON.stringify(Properties.Code))).size).toBe(1);
    const workers = workersOf(main);
    const subnets = workers.map(
      ({ Properties }) => (Properties.VpcConfig as { SubnetIds?: unknown[] })?.SubnetIds ?? [],
    );
    expect(subnets.filter((ids) => ids.length === 0)).toHaveLength(3);
    expect(new Set(subnets.filter((ids) => ids.length === 1).map((ids) => JSON.stringify(ids))).size).toBe(3);
    expect(workers).toHaveLength(12);
    main.resourceCountIs('AWS::EC2::NatGateway', 0);
    main.resourceCountIs('AWS::EC2::VPCEndpoint', 2);
  });

  it('lets each function do what its stage does, and nothing else', () => {
    expect(callsOf(main, 'states:')).toEqual({
      Dispatcher: ['DescribeExecution', 'StartExecution'],
      Finisher: ['StopExecution'],
      ...Object.fromEntries(
        ['Sharder', 'Recovery', 'Aborter', 'Sweeper'].map((name) => [name, ['DescribeExecution', 'StopExecution']]),
      ),
    });
    const write = ['AbortMultipartUpload', 'GetObject', 'ListBucket', 'PutObject'];
    const objects = Object.entries(callsOf(main, 's3:')).filter(([name]) => !/Tier/.test(name));
    expect(Object.fromEntries(objects)).toEqual({
      ...Object.fromEntries(['Sharder', 'Forecaster', 'Allocator', 'Monitor', 'Trainer'].map((name) => [name, write])),
      Finisher: [...write, 'DeleteObject'].sort(),
      ...Object.fromEntries(
        ['Reserver', 'Dispatcher', 'Profiler', 'Refresher', 'Resharder'].map((name) => [
          name,
          ['GetObject', 'ListBucket'],
        ]),
      ),
    });
    expect(Object.values(callsOf(main, 's3:')).filter((calls) => calls.includes('DeleteObject'))).toHaveLength(13);
  });

  it('takes back what the reserver wrote before its workers go, after the reserver is called no more', () => {
    const { CleanUp, Reconcile } = Object.fromEntries(
      Object.entries(main.toJSON().Resources as Record<string, Linked>).flatMap(([id, resource]) => {
        if (resource.Type === 'Custom::ForeshardCleanUp') return [['CleanUp', { id, ...resource }]];
        return id.includes('Reconcile') ? [['Reconcile', { id, ...resource }]] : [];
      }),
    );
    const workers = Object.entries(main.findResources(LAMBDA)).filter(([, { Properties }]) =>
      Properties.Handler.startsWith('worker'),
    );
    expect(CleanUp?.DependsOn).toEqual(expect.arrayContaining(workers.map(([id]) => id)));
    expect(JSON.stringify(CleanUp?.Properties)).toContain('Cleaner');
    expect(Reconcile?.DependsOn).toContain(CleanUp?.id);
    expect(callsOf(main, 'lambda:')).toEqual({
      Reserver: ['DeleteFunctionConcurrency', 'GetAccountSettings', 'GetFunctionConcurrency', 'PutFunctionConcurrency'],
      Cleaner: ['DeleteFunctionConcurrency', 'GetFunctionConcurrency'],
    });
  });

  it('sweeps every minute', () => {
    const schedules = resources(main, 'AWS::Scheduler::Schedule').map(({ Properties }) => JSON.stringify(Properties));
    const sweeps = schedules.filter((schedule) => schedule.includes('Sweeper'));
    expect(sweeps).toEqual([expect.stringContaining('rate(1 minute)')]);
  });

  it('gives each state half a minute more than its function may take', () => {
    const timeoutOf = (handler: string) => {
      const found = resources(main, LAMBDA).find(({ Properties }) => Properties.Handler === `${handler}.handler`);
      return Number(found?.Properties.Timeout);
    };
    for (const name of MACHINES) {
      const text = readFileSync(join(import.meta.dirname, `../../infra/${name}.asl.json`), 'utf8');
      for (const { TimeoutSeconds, Parameters } of tasksOf(JSON.parse(text) as Machine)) {
        const [, stage = 'worker'] = /^\$\{(\w+)\}$/.exec(Parameters?.FunctionName ?? '') ?? [];
        expect(TimeoutSeconds).toBe(timeoutOf(stage.toLowerCase()) + 30);
      }
    }
  });

  it('leaves concurrency to the reserver', () => {
    for (const { Properties } of resources(main, LAMBDA)) {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
    main.resourceCountIs('AWS::Lambda::Alias', 0);
  });

  it('gives every function its own role, and none a managed policy', () => {
    const functions = resources(main, LAMBDA);
    expect(new Set(functions.map(({ Properties }) => JSON.stringify(Properties.Role))).size).toBe(functions.length);
    for (const { Properties } of resources(main, 'AWS::IAM::Role')) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
    }
  });

  it('lets the reserver alone write to the control plane of Lambda, and only to workers', () => {
    const policies = resources(main, 'AWS::IAM::Policy').map(({ Properties }) => JSON.stringify(Properties));
    const writers = policies.filter((policy) => policy.includes('lambda:PutFunctionConcurrency'));
    expect(writers).toHaveLength(1);
    expect(writers[0]).toContain('foreshard-worker-7076-regional');
    expect(writers[0]).not.toContain('foreshard-sharder');
  });

  it('sets an environment that the functions can parse, with names that match the pools', () => {
    const variables = environmentOf(main);
    const { settings, machineArns } = parseEnvironment(variables);
    expect(machineArns.slot).toBe('arn:aws:states:eu-central-1:123456789012:stateMachine:foreshard-slot');
    expect(settings.zones).toHaveLength(3);
    const names = workersOf(main).map(({ Properties }) => flat(Properties.FunctionName));
    expect(names).toContain(`${settings.workerPrefix}${settings.tiersMiB[0]}-regional`);
  });

  it('tells the functions the physical ID of each zone, from the subnet itself', () => {
    const [worker] = workersOf(main);
    const { Variables } = (worker?.Properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
    expect(JSON.stringify(Variables?.FORESHARD_SETTINGS).match(/"AvailabilityZoneId"/g)).toHaveLength(3);
    expect(parseEnvironment(environmentOf(main)).settings.zoneIds).toHaveLength(3);
  });

  it('drains a zone on an autoshift, and starts nothing but through the machine that names runs', () => {
    const rules = resources(main, 'AWS::Events::Rule').map(({ Properties }) => JSON.stringify(Properties));
    expect(rules.filter((rule) => rule.includes('Autoshift In Progress'))).toEqual([
      expect.stringContaining('$.detail.metadata.awayFrom'),
    ]);
    const starting = rules.filter((rule) => rule.includes('identity'));
    expect(starting).toHaveLength(2);
    expect(starting.filter((rule) => rule.includes('Starter'))).toHaveLength(2);
  });

  it('has as many metrics in its alarms as the costs say, which are what an alarm is billed by', () => {
    const counts = resources(main, 'AWS::CloudWatch::Alarm').map(({ Properties }) => {
      const metrics = Properties.Metrics as readonly object[] | undefined;
      return metrics ? metrics.filter((metric) => 'MetricStat' in metric).length : 1;
    });
    const costs = readFileSync(join(import.meta.dirname, '../../bench/cost/monthly-costs.ts'), 'utf8');
    const total = counts.reduce((sum, count) => sum + count, 0);
    expect(costs).toContain(`ALARM_METRIC_COUNT = ${total};`);
  });

  it('tells every alarm where its runbook is', () => {
    const operations = readFileSync(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
    const headings = [...operations.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading?.toLowerCase());
    const alarms = resources(main, 'AWS::CloudWatch::Alarm').map(({ Properties }) =>
      String(Properties.AlarmDescription),
    );
    expect(alarms.length).toBeGreaterThanOrEqual(8);
    for (const alarm of alarms) expect(headings).toContain(/operations\.md#(\w+)$/.exec(alarm)?.[1]);
  });
});

describe('the express machine that starts runs', () => {
  it('is valid', () => {
    const definition = startDefinition('arn:aws:states:eu-central-1:123456789012:stateMachine:test-workflow');
    expect(asl(JSON.parse(JSON.stringify(definition)))).toMatchObject({ isValid: true });
  });
});

describe('the state machines', () => {
  it.each(MACHINES)('%s is valid, and every placeholder is filled', (name) => {
    const text = readFileSync(join(import.meta.dirname, `../../infra/${name}.asl.json`), 'utf8');
    const definition = JSON.parse(text.replace(/\$\{\w+\}/g, 'arn:aws:lambda:eu-central-1:123456789012:function:f'));
    expect(asl(definition)).toMatchObject({ isValid: true });
    const placeholders = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, placeholder]) => placeholder));
    const { template } = regional;
    const machine = resources(template, 'AWS::StepFunctions::StateMachine').find(
      ({ Properties }) => Properties.StateMachineName === `test-${name}`,
    );
    expect(Object.keys(machine?.Properties.DefinitionSubstitutions ?? {})).toEqual(
      expect.arrayContaining([...placeholders]),
    );
  });
});

let regional: Made;
beforeAll(() => {
  regional = make();
});

describe('props', () => {
  it('name begins every function and machine', () => {
    const { template } = make(() => ({ name: 'mine' }));
    const names = resources(template, LAMBDA).map(({ Properties }) => flat(Properties.FunctionName));
    expect(names.every((name) => name.startsWith('mine-'))).toBe(true);
    template.hasResourceProperties('AWS::StepFunctions::StateMachine', { StateMachineName: 'mine-slot' });
  });

  it('tiersMiB makes a worker for each tier', () => {
    const { template } = make(() => ({ tiersMiB: [512, 10_240] }));
    expect(workersOf(template).map(({ Properties }) => Properties.MemorySize)).toEqual([512, 10_240]);
    expect(parseEnvironment(environmentOf(template)).settings.tiersMiB).toEqual([512, 10_240]);
  });

  it('zones names the zones of the workers', () => {
    const { template } = make(() => ({ zonal: true, zones: ['eu-central-1a', 'eu-central-1b'] }));
    const zones = resources(template, 'AWS::EC2::Subnet').map(({ Properties }) => Properties.AvailabilityZone);
    expect(zones).toEqual(['eu-central-1a', 'eu-central-1b']);
    expect(workersOf(template).map(({ Properties }) => Properties.FunctionName)).toEqual([
      'test-worker-1769-eu-central-1a',
      'test-worker-1769-eu-central-1b',
      'test-worker-1769-regional',
    ]);
  });

  it('zonal: false deploys the regional pools alone, without a VPC', () => {
    regional.template.resourceCountIs('AWS::EC2::VPC', 0);
    expect(workersOf(regional.template)).toHaveLength(1);
  });

  it('slotMax, vcpuMax and calendar reach the settings', () => {
    const calendar = { timeZone: 'Europe/Berlin', holidays: ['2026-12-25'] };
    const { template } = make(() => ({ slotMax: 7, vcpuMax: 12, calendar }));
    expect(parseEnvironment(environmentOf(template)).settings).toMatchObject({ slotMax: 7, vcpuMax: 12, calendar });
    expect(() => make(() => ({ calendar: { timeZone: 'Europe/Nowhere' } }))).toThrow('the name of a time zone');
  });

  it('provisioned calls workers by an alias, and lets the reserver alone buy environments, of workers', () => {
    const { template } = make(() => ({ provisioned: true }));
    template.hasResourceProperties('AWS::Lambda::Alias', { Name: 'live' });
    const { settings } = parseEnvironment(environmentOf(template));
    expect(settings.workerAlias).toBe('live');
    const policies = resources(template, 'AWS::IAM::Policy').map(({ Properties }) => JSON.stringify(Properties));
    expect(callsOf(template, 'application-autoscaling:').Cleaner).toEqual([
      'DeleteScheduledAction',
      'DeregisterScalableTarget',
      'DescribeScalableTargets',
    ]);
    const buyers = policies.filter((policy) => policy.includes('PutScheduledAction'));
    expect(buyers).toHaveLength(1);
    expect(buyers[0]).toContain('worker-1769-regional:*');
    expect(buyers[0]).toContain('lambda:function:ProvisionedConcurrency');
    expect(policies.filter((policy) => policy.includes('Alias'))).toHaveLength(1);
    template.resourcePropertiesCountIs('AWS::Lambda::Alias', { ProvisionedConcurrencyConfig: Match.anyValue() }, 0);
    const without = resources(regional.template, 'AWS::IAM::Policy').map(({ Properties }) =>
      JSON.stringify(Properties),
    );
    expect(without.filter((policy) => policy.includes('autoscaling'))).toEqual([]);
  });

  it('table and bucket take the place of new ones', () => {
    const { template } = make((stack) => ({
      table: Table.fromTableName(stack, 'Mine', 'my-table'),
      bucket: Bucket.fromBucketName(stack, 'Yours', 'my-bucket'),
    }));
    template.resourceCountIs('AWS::DynamoDB::Table', 0);
    template.resourceCountIs('AWS::S3::Bucket', 0);
    expect(parseEnvironment(environmentOf(template))).toMatchObject({ table: 'my-table', bucket: 'my-bucket' });
  });

  it('encryptionKey encrypts the table and the bucket, and may be used by the functions', () => {
    const { template } = make((stack) => ({ encryptionKey: new Key(stack, 'Key') }));
    template.hasResourceProperties('AWS::DynamoDB::Table', { SSESpecification: { SSEType: 'KMS' } });
    const rule = { ServerSideEncryptionByDefault: Match.objectLike({ SSEAlgorithm: 'aws:kms' }) };
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: { ServerSideEncryptionConfiguration: [Match.objectLike(rule)] },
    });
    const policies = resources(template, 'AWS::IAM::Policy').map(({ Properties }) => JSON.stringify(Properties));
    expect(policies.filter((policy) => policy.includes('kms:Decrypt')).length).toBeGreaterThanOrEqual(12);
  });

  it('inputs may be read by sharder and workers, listed by the monitor, and by nobody else', () => {
    const { template } = make((stack) => ({ inputs: [Bucket.fromBucketName(stack, 'In', 'the-input')] }));
    const policies = resources(template, 'AWS::IAM::Policy').map(({ Properties }) => JSON.stringify(Properties));
    expect(policies.filter((policy) => policy.includes('the-input'))).toHaveLength(3);
    expect(policies.filter((policy) => policy.includes('the-input/*'))).toHaveLength(2);
    expect(policies.filter((policy) => /s3:PutObject[^[]*the-input/.test(policy))).toEqual([]);
  });

  it('replicaBucket is known to all functions, and workers and finisher alone reach it', () => {
    const { template } = make((stack) => ({ replicaBucket: Bucket.fromBucketName(stack, 'Second', 'the-replicas') }));
    expect(parseEnvironment(environmentOf(template)).replicaBucket).toBe('the-replicas');
    const touching = resources(template, 'AWS::IAM::Policy')
      .map(({ Properties }) => JSON.stringify(Properties))
      .filter((policy) => policy.includes('the-replicas'));
    expect(touching).toHaveLength(2);
    const [worker = ''] = touching.filter((policy) => policy.includes('ForeshardWorkers'));
    expect(worker).toMatch(/"s3:PutObject"[^[]*\][^[]*"Resource":\{[^[]*\[[^\]]*the-replicas/);
  });

  it('replicaBucket may not lie where zonal workers cannot reach it', () => {
    const stack = new Stack(new App(), 'Here', { env: { region: 'eu-central-1' } });
    const attributes = { bucketName: 'far', region: 'eu-west-1' };
    const replicaBucket = Bucket.fromBucketAttributes(stack, 'Far', attributes);
    const tiersMiB = [1_769];
    expect(() => new Foreshard(stack, 'Zonal', { replicaBucket, tiersMiB, zones: ['eu-central-1a'] })).toThrow(
      /eu-west-1.*zonal: false/,
    );
    new Foreshard(stack, 'Regional', { replicaBucket, tiersMiB, zonal: false, name: 'other' });
    const variables = environmentOf(Template.fromStack(stack));
    expect(variables).toMatchObject({ FORESHARD_REPLICA_BUCKET: 'far', FORESHARD_REPLICA_REGION: 'eu-west-1' });
  });

  it('replicaRegion makes a bucket there that is deployed first, private, encrypted, and kept', () => {
    const { app, stack, replicas } = withReplicaRegion({});
    expect(stack.dependencies.map(({ region, node }) => [region, node.id])).toEqual([['eu-west-1', 'Test-replicas']]);
    const [bucket] = resources(replicas, 'AWS::S3::Bucket');
    expect(bucket?.DeletionPolicy).toBe('Retain');
    expect(bucket?.Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
    expect(JSON.stringify(resources(replicas, 'AWS::S3::BucketPolicy'))).toContain('aws:SecureTransport');
    const template = Template.fromStack(stack);
    const name = flat(bucket?.Properties.BucketName);
    expect(name).toBe('test-replicas-123456789012-eu-west-1');
    const { replicaBucket, replicaRegion } = parseEnvironment(environmentOf(template));
    expect({ replicaBucket, replicaRegion }).toEqual({ replicaBucket: name, replicaRegion: 'eu-west-1' });
    expect(policiesNaming(template, '-replicas-')).toHaveLength(2);
    for (const pack of [new AwsSolutionsChecks(app), new ServerlessChecks(app)]) {
      expect(pack.validateScope(app).violations.map(({ ruleName }) => ruleName)).toEqual([]);
    }
  });

  it('replicaRegion encrypts replicas with a key of their region where there is an encryptionKey', () => {
    const { stack, replicas } = withReplicaRegion({ encrypted: true });
    replicas.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
    replicas.hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/test-replicas' });
    const using = policiesNaming(Template.fromStack(stack), 'kms:ResourceAliases');
    expect(using).toHaveLength(2);
    expect(using[0]).toContain('alias/test-replicas');
  });

  it('replicaRegion is refused where it cannot work: zonal workers, the own region, a bucket beside it', () => {
    const stack = new Stack(new App(), 'Here', { env: { region: 'eu-central-1' } });
    const make = (id: string, props: ForeshardProps) => () => new Foreshard(stack, id, { tiersMiB: [1_769], ...props });
    expect(make('Zonal', { replicaRegion: 'eu-west-1' })).toThrow(/eu-west-1.*zonal: false/);
    expect(make('Same', { replicaRegion: 'eu-central-1', zonal: false })).toThrow(/own region/);
    const replicaBucket = Bucket.fromBucketName(stack, 'Mine', 'mine');
    expect(make('Both', { replicaRegion: 'eu-west-1', zonal: false, replicaBucket })).toThrow(/one of the two/);
  });

  it('schedules starts a workflow again and again', () => {
    const { template } = make(() => ({
      schedules: [{ name: 'nightly', when: ScheduleExpression.cron({ hour: '3', minute: '0' }), workflow: 'w.json' }],
    }));
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      Target: Match.objectLike({ Input: '{"workflow":"w.json"}' }),
    });
  });

  it('profilerSchedule says when the refresher reads what was measured, which it alone may', () => {
    const { template } = make(() => ({ profilerSchedule: ScheduleExpression.cron({ minute: '7' }) }));
    const refresh = resources(template, 'AWS::Scheduler::Schedule').filter(({ Properties }) =>
      JSON.stringify(Properties).includes('MachinesRefresh'),
    );
    expect(refresh.map(({ Properties }) => Properties?.ScheduleExpression)).toEqual(['cron(7 * * * ? *)']);
    expect(JSON.stringify(refresh)).toContain('"Input":"{}"');
    const readers = resources(template, 'AWS::IAM::Policy').filter(({ Properties }) =>
      JSON.stringify(Properties).includes('cloudwatch:GetMetricData'),
    );
    expect(readers).toHaveLength(1);
    expect(JSON.stringify(readers)).toContain('Refresher');
  });

  it('keeps the young generation of the refresher alone small, beside what all functions are started with', () => {
    const { template } = make(() => ({}));
    const small = resources(template, 'AWS::Lambda::Function').filter(({ Properties }) =>
      JSON.stringify(Properties?.Environment ?? {}).includes('--max-semi-space-size=2'),
    );
    expect(small.map(({ Properties }) => Properties?.Handler)).toEqual(['refresher.handler']);
    expect(JSON.stringify(small[0]?.Properties?.Environment)).toContain('--enable-source-maps ');
  });

  it('lets the machine of a refresh call the refresher and nothing else', () => {
    const [policy] = policiesNaming(regional.template, 'MachinesRefreshRole').filter((one) => one.includes('Invoke'));
    const { Statement } = (JSON.parse(policy ?? '{}') as { PolicyDocument: { Statement: Allowed[] } }).PolicyDocument;
    const invoked = Statement.filter(({ Action }) => Action === 'lambda:InvokeFunction');
    expect(invoked.map(({ Resource }) => JSON.stringify(Resource))).toEqual([
      expect.stringContaining('StagesRefresher'),
    ]);
  });

  it('counts decayed and failed forecasts by what the refresher logs, and raises the alarms at one', () => {
    const { template } = make();
    const filters = resources(template, 'AWS::Logs::MetricFilter');
    expect(filters.flatMap(({ Properties }) => Properties.MetricTransformations)).toEqual([
      { MetricName: 'decayedForecastCount', MetricNamespace: 'Foreshard', MetricValue: '$.response.decayedCount' },
      { MetricName: 'failedRefreshCount', MetricNamespace: 'Foreshard', MetricValue: '$.response.failedCount' },
    ]);
    for (const { Properties } of filters) expect(JSON.stringify(Properties.LogGroupName)).toContain('Refresher');
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'decayedForecastCount',
      Namespace: 'Foreshard',
      Threshold: 1,
    });
  });

  it('uploadPrefix says which uploads start a run', () => {
    const { template } = make(() => ({ uploadPrefix: 'inbox/' }));
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({ detail: Match.objectLike({ object: { key: [{ wildcard: 'inbox/*.json' }] } }) }),
    });
  });

  it('alarmTopic is told of every alarm', () => {
    const { template } = make((stack) => ({ alarmTopic: new Topic(stack, 'Topic') }));
    const alarms = resources(template, 'AWS::CloudWatch::Alarm');
    expect(alarms.every(({ Properties }) => (Properties.AlarmActions as unknown[]).length === 1)).toBe(true);
  });

  it('logRetention holds for every log', () => {
    const { template } = make(() => ({ zonal: true, logRetention: RetentionDays.ONE_WEEK }));
    const days = resources(template, 'AWS::Logs::LogGroup').map(({ Properties }) => Properties.RetentionInDays);
    expect(new Set(days)).toEqual(new Set([7]));
  });

  // Two bundles of all handlers, on a machine that may be busy.
  it('tasksEntry goes into the code', { timeout: 180_000 }, () => {
    const entry = join(import.meta.dirname, '../fixtures/infra/tasks.ts');
    const codeOf = ({ template }: Made) => workersOf(template)[0]?.Properties.Code;
    expect(codeOf(make(() => ({ tasksEntry: entry })))).not.toEqual(codeOf(regional));
  });
});

/** What a metric is computed from: names and dimensions, of an expression those of all its metrics. */
function leavesOf(metric: IMetric, stack: Stack): readonly string[] {
  const { metricStat, mathExpression } = metric.toMetricConfig();
  if (mathExpression) return Object.values(mathExpression.usingMetrics).flatMap((one) => leavesOf(one, stack));
  const { namespace, metricName, dimensions } = metricStat ?? {};
  return [JSON.stringify(stack.resolve({ namespace, metricName, dimensions }))];
}

describe('grants and metrics', () => {
  it('grantStart lets a role start runs, and grantWorkers gives task code what it needs', () => {
    const { template } = make(undefined, ({ stack, foreshard }) => {
      const role = new Role(stack, 'Asker', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      foreshard.grantStart(role);
      const topic = new Topic(stack, 'News');
      foreshard.grantWorkers((worker) => topic.grantPublish(worker));
    });
    const policies = resources(template, 'AWS::IAM::Policy').map(({ Properties }) => JSON.stringify(Properties));
    expect(policies.filter((policy) => policy.includes('sns:Publish'))).toHaveLength(1);
    expect(
      policies.filter((policy) => policy.includes('Asker') && policy.includes('states:StartExecution')),
    ).toHaveLength(1);
  });

  it('has a metric for every alarm, over all that the alarm looks at', () => {
    const { foreshard, stack } = make(() => ({ zonal: true, zones: ['a', 'b'] }));
    const metricOf: Readonly<Record<string, IMetric | readonly IMetric[]>> = {
      RunFailed: foreshard.metricFailed(),
      StageFailed: foreshard.metricStageErrors(),
      WorkersThrottled: foreshard.metricWorkerThrottles(),
      ReservationsStale: foreshard.metricReserverErrors(),
      TableThrottled: foreshard.metricTableThrottles(),
      StartsFailed: foreshard.metricStartsFailed(),
      ZoneMismatch: foreshard.metricZoneMismatches(),
      ForecastsDecayed: foreshard.metricForecastDecay(),
      RefreshFailed: foreshard.metricRefreshFailures(),
      TriggersLost: foreshard.metricTriggersLost(),
    };
    const measured = new Map<string, string[]>();
    for (const alarm of foreshard.alarms) {
      const name = alarm.node.id.replace(/\d+$/, '');
      measured.set(name, [...(measured.get(name) ?? []), ...leavesOf(alarm.metric, stack)]);
    }
    expect([...measured.keys()].sort()).toEqual(Object.keys(metricOf).sort());
    for (const [name, metrics] of measured) {
      const own = [metricOf[name] ?? []].flat() as IMetric[];
      expect([name, metrics.sort()]).toEqual([name, own.flatMap((metric) => leavesOf(metric, stack)).sort()]);
    }
  });

  it('has a metric for workers, reservations and zones', () => {
    const { foreshard } = make(() => ({ zonal: true, zones: ['a', 'b'] }));
    const used = (metric: { toMetricConfig(): { mathExpression?: { usingMetrics: object } } }) =>
      Object.values(metric.toMetricConfig().mathExpression?.usingMetrics ?? {}) as { metricName: string }[];
    const pools = Array.from({ length: 3 });
    expect(used(foreshard.metricWorkerThrottles()).map(({ metricName }) => metricName)).toEqual(
      pools.fill('Throttles'),
    );
    const concurrent = used(foreshard.metricConcurrentWorkers()).map(({ metricName }) => metricName);
    expect(concurrent).toEqual(pools.fill('ConcurrentExecutions'));
    expect(foreshard.metricReserverErrors().metricName).toBe('Errors');
    expect(foreshard.metricForecastDecay()).toMatchObject({ metricName: 'decayedForecastCount', statistic: 'Maximum' });
    expect(foreshard.metricZoneMismatches().map(({ dimensions }) => dimensions)).toEqual([
      { zone: 'a' },
      { zone: 'b' },
    ]);
  });

  it('has a metric for all that functions say of runs and zones, by the names under which they say it', () => {
    const { foreshard } = make(() => ({ zonal: true, zones: ['a', 'b'] }));
    const ofRuns = [
      foreshard.metricDeadlineMet(),
      foreshard.metricDeadlineUsed(),
      foreshard.metricForecastRatio(),
      foreshard.metricForecastCoverage(),
      foreshard.metricReshards(),
      foreshard.metricPoisonedShards(),
      foreshard.metricCost(),
    ];
    const [{ Metrics, Dimensions, Namespace } = {}] = runMetrics(runReport())._aws.CloudWatchMetrics;
    expect(ofRuns.map(({ metricName }) => metricName)).toEqual(Metrics?.map(({ Name }) => Name));
    expect(ofRuns.every(({ namespace, dimensions }) => namespace === Namespace && !dimensions)).toBe(true);
    expect(Dimensions).toEqual([[]]);
    const pools = ['a', 'b', 'regional'].map((zone) => ({ ...POOL, zone }));
    const now = { pools, heldCounts: new Map(), reserved: new Map(), at: 0 };
    const said = zoneMetrics(now).map(({ zone, _aws }) => [zone, _aws.CloudWatchMetrics[0]?.Metrics[0]?.Name]);
    expect(foreshard.metricHeldSlots().map(({ dimensions, metricName }) => [dimensions?.zone, metricName])).toEqual(
      said,
    );
    expect(new Set(foreshard.metricReservedSlots().map(({ metricName }) => metricName))).toEqual(
      new Set(['reservedSlotCount']),
    );
  });

  it('shows runs, deadlines, forecasts, pools by zone, reservations, re-shards and cost on one page', () => {
    const [dashboard] = resources(regional.template, 'AWS::CloudWatch::Dashboard');
    const body = JSON.parse(flat(dashboard?.Properties.DashboardBody)) as {
      widgets: { properties: { title?: string; metrics?: unknown[] } }[];
    };
    const titles = body.widgets.map(({ properties }) => properties.title);
    for (const title of [
      'Alarms',
      'Runs',
      'Runs in time, share',
      'Actual over forecast',
      'Slots held by zone',
      'Reservations against use',
      'Re-shards and poisoned shards',
      'Cost of runs, USD',
      'Table units',
    ]) {
      expect(titles).toContain(title);
    }
    const graphs = body.widgets.slice(1);
    expect(graphs.every(({ properties }) => (properties.metrics?.length ?? 0) > 0)).toBe(true);
  });

  it('names the metrics of the workflow machine', () => {
    const { foreshard } = regional;
    const metrics = [
      foreshard.metricStarted(),
      foreshard.metricSucceeded(),
      foreshard.metricFailed(),
      foreshard.metricTime(),
    ];
    expect(metrics.map(({ metricName }) => metricName)).toEqual([
      'ExecutionsStarted',
      'ExecutionsSucceeded',
      'ExecutionsFailed',
      'ExecutionTime',
    ]);
  });
});
