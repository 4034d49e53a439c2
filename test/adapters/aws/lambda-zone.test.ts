import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { lambdaZone } from '../../../lib/adapters/aws/lambda-zone.ts';

/** The endpoint as AWS documents it: "Using the Lambda metadata endpoint", API reference. */
async function endpoint(body: string): Promise<NodeJS.ProcessEnv> {
  const server = createServer(({ url, headers }, answer) => {
    const known = url === '/2026-01-15/metadata/execution-environment' && headers.authorization === 'Bearer secret';
    answer.writeHead(known ? 200 : 401, { 'content-type': 'application/json' }).end(known ? body : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { AWS_LAMBDA_METADATA_API: `127.0.0.1:${port}`, AWS_LAMBDA_METADATA_TOKEN: 'secret' };
}

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

describe('lambdaZone', () => {
  it('reads the physical zone with the token of the environment', async () => {
    expect(await lambdaZone(await endpoint('{"AvailabilityZoneID":"use1-az1"}'))).toBe('use1-az1');
  });

  it('knows nothing outside Lambda, with a wrong token, or when the answer is none', async () => {
    expect(await lambdaZone({})).toBeUndefined();
    const environment = await endpoint('{"AvailabilityZoneID":"use1-az1"}');
    expect(await lambdaZone({ ...environment, AWS_LAMBDA_METADATA_TOKEN: 'wrong' })).toBeUndefined();
    expect(await lambdaZone(await endpoint('{}'))).toBeUndefined();
    expect(await lambdaZone(await endpoint('no JSON'))).toBeUndefined();
    expect(await lambdaZone({ ...environment, AWS_LAMBDA_METADATA_API: '127.0.0.1:1' })).toBeUndefined();
  });
});
