import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { handler } from '../../functions/cleaner.ts';
import type { StageContext } from '../../functions/stage.ts';
import { takeTurn } from '../../lib/run/reserver-store.ts';
import { memoryServices } from '../fixtures/memory-services.ts';

describe('the cleaner', () => {
  let server: Server;
  const answers: { readonly method?: string | undefined; readonly type?: string | undefined; readonly body: string }[] =
    [];
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      answers.push({ method: request.method, type: request.headers['content-type'], body });
      response.end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterAll(() => void server.close());
  beforeEach(() => void answers.splice(0));
  const event = (RequestType: string) => ({
    RequestType,
    ResponseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?signed`,
    StackId: 'arn:stack',
    RequestId: 'request-1',
    LogicalResourceId: 'CleanUp',
    ResourceProperties: {},
    AFieldOfTomorrow: 1,
  });
  const call = (services: ReturnType<typeof memoryServices>) =>
    ({ services, awsRequestId: 'a', getRemainingTimeInMillis: () => 300_000 }) as unknown as StageContext;
  const known = {
    PhysicalResourceId: 'CleanUp',
    StackId: 'arn:stack',
    RequestId: 'request-1',
    LogicalResourceId: 'CleanUp',
  };

  it('gives reservations back when the stack goes, and tells CloudFormation', async () => {
    const base = memoryServices();
    // the answer crosses a real network, for which no virtual clock waits
    const services = { ...base, clock: { ...base.clock, now: () => 1_000, sleep: async () => undefined } };
    await services.functions.reserve('foreshard-worker-1769-regional', 5);
    await handler(event('Delete'), call(services));
    expect(await services.functions.concurrency('foreshard-worker-1769-regional')).toBeUndefined();
    expect(answers.map(({ method, type }) => [method, type])).toEqual([['PUT', '']]);
    expect(JSON.parse(answers[0]?.body ?? '')).toEqual({ Status: 'SUCCESS', ...known });
    const turn = { owner: 'r', now: services.clock.now(), turnMs: 1 };
    expect(await takeTurn(services.table, turn)).toBeUndefined();
    await handler(event('Create'), call(services));
    expect(await takeTurn(services.table, turn)).toBeDefined();
  });

  it('tells CloudFormation of a failure too, which otherwise would wait for an hour', async () => {
    const services = memoryServices();
    const update = async () => Promise.reject(new Error('the table is away'));
    const broken = { ...services, table: { ...services.table, update } };
    await expect(handler(event('Delete'), call(broken))).rejects.toThrow('the table is away');
    expect(JSON.parse(answers[0]?.body ?? '')).toEqual({ Status: 'FAILED', Reason: 'the table is away', ...known });
    await expect(handler({ ...event('Delete'), StackId: 7 }, call(services))).rejects.toMatchObject({
      name: 'InvalidInput',
    });
  });
});
