import { describe, expect, it } from 'vitest';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import { readAttempts } from '../../lib/run/attempt-store.ts';
import { runScope } from '../../lib/run/work-scope.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { storedRun } from '../fixtures/stored-run.ts';
import { anAttempt } from '../profile/an-attempt.ts';

async function scope(canaryCount = 0) {
  const services = memoryServices({ settings: { canaryCount } });
  const run = await storedRun(services, [{ id: 'a' }]);
  const slot = { run, slot: 's', pool: '1769-az1', zone: 'az1', memoryMiB: 1_769 };
  const invocation = { owner: 's:1', cold: true, claimUntil: 1, endsAt: 1 };
  const open = () => runScope({ slot, invocation, judge: () => ({ kind: 'poison' as const, attempts: 1 }) }, services);
  return { services, run, open };
}

describe('runScope', () => {
  it('knows the operations of the run, and its outside factors', async () => {
    const { open } = await scope();
    const { operation, context } = await open();
    expect(operation('a')).toMatchObject({ id: 'a', type: 'a@1' });
    expect(context).toEqual({ region: 'test' });
    expect(() => operation('x')).toThrow(expect.objectContaining({ name: 'InvariantBroken' }));
  });

  it('stores telemetry in batches, and the rest when it is asked to', async () => {
    const { services, run, open } = await scope();
    const { report, flush } = await open();
    const storedCount = async () => (await readAttempts(services.table, run)).length;
    for (let epoch = 1; epoch <= 24; epoch += 1) await report(anAttempt({ run, epoch }));
    expect([await storedCount(), services.emitted.length]).toEqual([0, 24]);
    await report(anAttempt({ run, epoch: 25 }));
    await report(anAttempt({ run, epoch: 26 }));
    expect(await storedCount()).toBe(25);
    await flush();
    await flush();
    expect([await storedCount(), services.emitted.length]).toEqual([26, 26]);
  });

  it('tells of a batch that could not be stored when the next one is due, once, and stores what came since', async () => {
    const { services, run, open } = await scope();
    const { report, flush } = await open();
    const { putAll } = services.table;
    const away = new ForeshardError('StoreUnavailable', 'the table is away');
    Object.assign(services.table, { putAll: async () => Promise.reject(away) });
    for (let epoch = 1; epoch <= 26; epoch += 1) await report(anAttempt({ run, epoch }));
    Object.assign(services.table, { putAll });
    await expect(flush()).rejects.toBe(away);
    await flush();
    expect((await readAttempts(services.table, run)).map(({ epoch }) => epoch)).toEqual([26]);
  });

  it('parses an operation when its first shard is there, and no sooner', async () => {
    const { services, run, open } = await scope();
    const { objects } = services;
    const sharding = JSON.parse(new TextDecoder().decode(await objects.get(`runs/${run}/sharding.json`)));
    const broken = { ...sharding.operations[0], id: 'b', outputPartitions: 0 };
    const operations = [...sharding.operations, broken];
    await objects.put(
      `runs/${run}/sharding.json`,
      new TextEncoder().encode(JSON.stringify({ ...sharding, operations })),
    );
    const { operation } = await open();
    expect(operation('a')).toBe(operation('a'));
    expect(() => operation('b')).toThrow(/operation 'b' of run .* outputPartitions/);
  });

  it('keeps back nothing that may be of a canary: the first attempts of the invocation', async () => {
    const { services, run, open } = await scope(2);
    const { report } = await open();
    const storedCount = async () => (await readAttempts(services.table, run)).length;
    for (const [epoch, count] of [
      [1, 1],
      [2, 2],
      [3, 2],
    ] as const) {
      await report(anAttempt({ run, epoch }));
      expect(await storedCount()).toBe(count);
    }
  });

  it('reads the documents of a run once for all calls', async () => {
    const { services, open } = await scope();
    await open();
    const readCount = services.objects.reads.length;
    await open();
    expect(services.objects.reads.length).toBe(readCount);
    expect(readCount).toBeGreaterThan(0);
  });
});
