import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lambdaFunctions } from '../../../lib/adapters/aws/lambda-functions.ts';
import type { Functions } from '../../../lib/ports/functions.ts';

/** What the endpoint answers next, and what it was asked. */
interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly delayMs?: number;
}
let answer: Answer = {};
const asked: { method: string | undefined; path: string | undefined; body: string }[] = [];
let server: Server;
let functions: Functions;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    asked.push({ method: request.method, path: request.url, body: Buffer.concat(chunks).toString() });
    const { status = 200, headers = {}, body = {}, delayMs = 0 } = answer;
    setTimeout(() => response.writeHead(status, { ...headers }).end(JSON.stringify(body)), delayMs);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const endpoint = `http://127.0.0.1:${port}`;
  functions = lambdaFunctions(new LambdaClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 }));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => asked.splice(0));

const failed = (errorType: string, errorMessage: string) => ({
  headers: { 'x-amz-function-error': 'Unhandled' },
  body: { errorType, errorMessage, trace: [] },
});

describe('invoke', () => {
  it('hands the payload over as JSON and gives the answer back', async () => {
    answer = { body: { outcome: 'done' } };
    expect(await functions.invoke('worker', { run: 'a' })).toEqual({ outcome: 'done' });
    expect(asked).toEqual([{ method: 'POST', path: '/2015-03-31/functions/worker/invocations', body: '{"run":"a"}' }]);
  });

  it.each([
    ['CorruptData', 'row group 3 is cut off', 'CorruptData'],
    ['Sandbox.Timedout', 'RequestId: 1 Error: Task timed out after 3.00 seconds', 'ShardTimedOut'],
    ['Runtime.ExitError', 'RequestId: 1 Error: Runtime exited with error: signal: killed', 'OutOfMemory'],
    ['Runtime.OutOfMemory', 'RequestId: 1 Error: Runtime exited', 'OutOfMemory'],
    ['Runtime.ExitError', 'RequestId: 1 Error: Runtime exited with error: exit status 1', 'WorkerDied'],
  ])('names %s (%s) %s', async (errorType, message, name) => {
    answer = failed(errorType, message);
    await expect(functions.invoke('worker', {})).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
    });
  });

  it('calls a throttled function once, and names Throttled', async () => {
    answer = { status: 429, headers: { 'x-amzn-errortype': 'TooManyRequestsException' }, body: { message: 'Rate' } };
    await expect(functions.invoke('worker', {})).rejects.toMatchObject({
      name: 'Throttled',
      stepFunctionsName: 'Lambda.TooManyRequestsException',
    });
    expect(asked).toHaveLength(1);
  });

  it('names a function that is not there', async () => {
    answer = { status: 404, headers: { 'x-amzn-errortype': 'ResourceNotFoundException' }, body: { message: 'none' } };
    await expect(functions.invoke('nobody', {})).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining("'nobody'"),
    });
  });

  it('gives up when its time is over, and with the reason of an aborted signal', async () => {
    answer = { delayMs: 2_000 };
    await expect(functions.invoke('worker', {}, { timeoutMs: 30 })).rejects.toMatchObject({ name: 'ShardTimedOut' });
    const control = new AbortController();
    const calling = functions.invoke('worker', {}, { signal: control.signal });
    setTimeout(() => control.abort(new Error('no longer wanted')), 20);
    await expect(calling).rejects.toThrow('no longer wanted');
  });

  it('takes a service that fails for one that may be back soon', async () => {
    answer = { status: 502, body: {} };
    await expect(functions.invoke('worker', {})).rejects.toMatchObject({ name: 'StoreUnavailable' });
  });
});

describe('concurrency', () => {
  it('reserves for the function and not for its alias, and gives back by deleting', async () => {
    answer = { status: 200, body: { ReservedConcurrentExecutions: 5 } };
    await functions.reserve('worker:live', 5);
    expect(await functions.concurrency('worker:live')).toBe(5);
    await functions.reserve('worker:live', undefined);
    expect(asked.map(({ method, path }) => `${method} ${path?.split('/functions/')[1]}`)).toEqual([
      'PUT worker/concurrency',
      'GET worker/concurrency',
      'DELETE worker/concurrency',
    ]);
  });

  it('leaves 100 to functions without a reservation, and nothing is less than nothing', async () => {
    answer = { body: { AccountLimit: { ConcurrentExecutions: 1_000, UnreservedConcurrentExecutions: 640 } } };
    expect(await functions.limits()).toEqual({ accountMax: 1_000, reservableMax: 900, reservableLeft: 540 });
    answer = { body: { AccountLimit: { ConcurrentExecutions: 10, UnreservedConcurrentExecutions: 10 } } };
    expect(await functions.limits()).toEqual({ accountMax: 10, reservableMax: 0, reservableLeft: 0 });
  });
});
