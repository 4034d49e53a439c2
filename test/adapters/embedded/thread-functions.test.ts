import { afterEach, describe, expect, it } from 'vitest';
import { type ThreadFunctions, threadFunctions } from '../../../lib/adapters/embedded/thread-functions.ts';
import { functionsContract } from '../../contracts/functions-contract.ts';

const ENTRY = new URL('../../fixtures/embedded/test-worker.ts', import.meta.url);
const POOL = { functionName: 'worker', memoryMiB: 64, slotMax: 2 };

functionsContract('worker threads', async () => {
  const functions = threadFunctions({ handlers: new Map(), pools: [POOL], entry: ENTRY, workerData: {} });
  return { functions, worker: 'worker', runsCode: true, close: () => functions.close() };
});

describe('thread functions', () => {
  let functions: ThreadFunctions;
  const open = (entry = ENTRY) => {
    const echo = async (event: unknown) => ({ event });
    const never = () => new Promise<never>(() => undefined);
    functions = threadFunctions({
      handlers: new Map([
        ['echo', echo],
        ['never', never],
      ]),
      pools: [POOL, { ...POOL, functionName: 'other' }],
      entry,
      workerData: { from: 'test' },
      timeoutMs: 5_000,
    });
  };
  afterEach(() => functions.close());

  it('runs a stage in this thread and hands over JSON alone', async () => {
    open();
    expect(await functions.invoke('echo', { kept: 1, dropped: undefined, set: new Set([1]) })).toEqual({
      event: { kept: 1, set: {} },
    });
  });

  it('stops waiting for a stage that does not answer', async () => {
    open();
    await expect(functions.invoke('never', {}, { timeoutMs: 20 })).rejects.toMatchObject({ name: 'ShardTimedOut' });
  });

  it('names a function that is not there, with those that are', async () => {
    open();
    await expect(functions.invoke('nobody', {})).rejects.toThrow(
      "no function 'nobody'; there are echo, never, worker, other",
    );
  });

  it('tells a worker its data, its own name and its memory', async () => {
    open();
    expect(await functions.invoke('other', { does: 'echo' })).toMatchObject({
      data: { from: 'test' },
      functionName: 'other',
    });
  });

  it('kills the thread of a call, and only of the function that is meant', async () => {
    open();
    const calls = [functions.invoke('worker', { does: 'spin' }), functions.invoke('other', { does: 'sleep', ms: 200 })];
    setTimeout(() => expect(functions.kill('worker')).toBe(true), 100);
    await expect(calls[0]).rejects.toMatchObject({ name: 'WorkerDied', message: "'worker' was killed" });
    expect(await calls[1]).toEqual({ callCount: 1 });
    expect(functions.kill('worker')).toBe(false);
  });

  it('kills the calls that are chosen, each by itself', async () => {
    open();
    const calls = [functions.invoke('worker', { does: 'spin' }), functions.invoke('other', { does: 'sleep', ms: 200 })];
    const asked: string[] = [];
    setTimeout(() => {
      const killed = functions.killWhere((name) => asked.push(name) > 0 && name === 'worker');
      expect(killed).toBe(1);
    }, 100);
    await expect(calls[0]).rejects.toMatchObject({ name: 'WorkerDied' });
    expect(await calls[1]).toEqual({ callCount: 1 });
    expect(asked.toSorted()).toEqual(['other', 'worker']);
  });

  it('answers with the error of a worker module that cannot be loaded', async () => {
    open(new URL('./no-such-module.ts', import.meta.url));
    await expect(functions.invoke('worker', {})).rejects.toThrow('no-such-module.ts');
  });

  it('ends the calls that are under way when it closes', async () => {
    open();
    const calls = [functions.invoke('worker', { does: 'spin' }), functions.invoke('never', {})];
    const ends = Promise.allSettled(calls);
    await functions.close();
    expect(await ends).toMatchObject([{ reason: { name: 'WorkerDied' } }, { reason: { name: 'WorkerDied' } }]);
  });
});
