import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointRules } from '../../infra/endpoint-rules.ts';
import {
  type EndpointQuestion,
  plainCloudWatchEndpoint,
  plainDynamoEndpoint,
  plainLambdaEndpoint,
  plainS3Endpoint,
  plainScalingEndpoint,
  plainStepFunctionsEndpoint,
} from '../../infra/plain-endpoints.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'foreshard-endpoints-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Resolve = (question: EndpointQuestion) => unknown;
interface Resolver {
  readonly defaultEndpointResolver: Resolve;
  readonly prepareEndpoint: (question: EndpointQuestion) => Promise<void>;
}

/** The SDK's own resolver of a client, as it is or as the plugin makes it. */
async function resolverOf(client: string, plugins: Plugin[]): Promise<Resolver> {
  const entry = join(ROOT, `node_modules/@aws-sdk/client-${client}/dist-es/endpoint/endpointResolver.js`);
  const outfile = join(folder, `${client}-${plugins.length}.mjs`);
  await build({ entryPoints: [entry], outfile, plugins, bundle: true, platform: 'node', format: 'esm' });
  return import(outfile);
}

const plainRegion = fc.constantFrom('eu-central-1', 'us-east-1', 'ap-southeast-2', 'mx-central-1', 'us-gov-west-1');
const region = fc.oneof(
  plainRegion,
  fc.constantFrom('cn-north-1', 'us-iso-east-1', 'eusc-de-east-1', 'aws-global', 'local'),
);
const bucket = fc.oneof(
  fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,64}$/),
  fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,64}$/),
  fc.constantFrom(
    'a.b',
    'UPPER',
    '10.0.0.1',
    'in--use1-az4--x-s3',
    'alias-0--op-s3',
    'point-s3alias',
    '-a',
    'a-',
    'ab',
  ),
  fc.constant('arn:aws:s3:eu-central-1:123456789012:accesspoint/point'),
);
const flags = fc.oneof(
  fc.constant({}),
  fc.record(
    {
      UseFIPS: fc.boolean(),
      UseDualStack: fc.boolean(),
      Accelerate: fc.boolean(),
      ForcePathStyle: fc.boolean(),
      UseGlobalEndpoint: fc.boolean(),
      Endpoint: fc.constantFrom(undefined, 'http://localhost:4000'),
      UseArnRegion: fc.boolean(),
      DisableMultiRegionAccessPoints: fc.boolean(),
      DisableS3ExpressSessionAuth: fc.boolean(),
      AccountIdEndpointMode: fc.constantFrom('preferred', 'disabled', 'required'),
      AccountId: fc.constantFrom(undefined, '123456789012'),
    },
    { requiredKeys: [] },
  ),
);

/** What a resolver answers, as text because it holds a URL, or why it does not. */
function answer(resolve: Resolve, question: EndpointQuestion): string {
  try {
    return JSON.stringify(resolve(question));
  } catch (error) {
    return String(error);
  }
}

describe.each([
  { client: 's3', plain: plainS3Endpoint as Resolve },
  { client: 'dynamodb', plain: plainDynamoEndpoint as Resolve },
  { client: 'lambda', plain: plainLambdaEndpoint as Resolve },
  { client: 'sfn', plain: plainStepFunctionsEndpoint as Resolve },
  { client: 'cloudwatch', plain: plainCloudWatchEndpoint as Resolve },
  { client: 'application-auto-scaling', plain: plainScalingEndpoint as Resolve },
])('endpoints of $client', ({ client, plain }) => {
  let whole: Resolver;
  let bundled: Resolver;
  beforeAll(async () => {
    whole = await resolverOf(client, []);
    bundled = await resolverOf(client, [endpointRules]);
    await bundled.prepareEndpoint({ Region: 'local' });
  });

  it('are those of the SDK, whatever is asked', () => {
    fc.assert(
      fc.property(region, bucket, flags, (Region, Bucket, more) => {
        const question = { Region, ...(client === 's3' && { Bucket }), UseFIPS: false, UseDualStack: false, ...more };
        expect(answer(bundled.defaultEndpointResolver, question)).toEqual(
          answer(whole.defaultEndpointResolver, question),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('need no rules for what is asked in every handler', () => {
    const usual = { UseFIPS: false, UseDualStack: false, AccountIdEndpointMode: 'preferred', Endpoint: undefined };
    expect(plain({ ...usual, Region: 'eu-central-1', Bucket: 'bucket-1', Key: 'a/b' })).toBeDefined();
    expect(plain({ ...usual, Region: 'eu-central-1', Bucket: 'bucket-1', UseFIPS: true })).toBeUndefined();
  });
});
