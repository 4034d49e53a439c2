import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from '../../../lib/core/collect.ts';
import { ForeshardError } from '../../../lib/core/foreshard-error.ts';
import type { Table } from '../../../lib/ports/table.ts';
import { readIntakeList, readIntakes } from '../../../lib/run/backlog/intake-record.ts';
import { takeIn } from '../../../lib/run/backlog/take-in.ts';
import { readShards } from '../../../lib/run/read-shards.ts';
import { stepOf } from '../../../lib/shards/backlog-layout.ts';
import { copy } from '../../../lib/tasks/copy.ts';
import { type MemoryServices, memoryServices } from '../../fixtures/memory-services.ts';
import { deliver, pipeline } from '../../fixtures/run-pipeline.ts';

const STEP_MS = 1_000;

const workflow = (estimates: object = {}) => ({
  version: 1,
  name: 'backlog',
  deadline: '60s',
  operations: [
    {
      id: 'replicate',
      task: 'copy',
      input: { kind: 'objects', location: 'in/', stream: { kind: 'backlog', closes: '5s', lag: '4s' } },
      estimates,
      params: { to: 'out/', from: 'in/' },
    },
  ],
});

/** A run whose shards exist and wait for what arrives. */
async function planned(estimates: object = {}): Promise<MemoryServices> {
  const services = memoryServices({ tasks: [copy], settings: { canaryCount: 0 } });
  await put(services, 'in/first');
  await deliver(services, 'sharder', { execution: 'r', input: { workflow: workflow(estimates) } });
  await deliver(services, 'forecaster', { run: 'r' });
  await deliver(services, 'allocator', { run: 'r' });
  return services;
}

async function put({ objects }: MemoryServices, location: string, sizeBytes = 100): Promise<void> {
  await objects.put(location, new Uint8Array(sizeBytes));
}

const statesOf = async ({ table }: MemoryServices) =>
  (await collect(readShards(table, 'r'))).map(({ range, state }) => `${stepOf(range)} ${state}`);

describe('takeIn', () => {
  it('sets the shards of a step free once the step is complete, and no other', async () => {
    const services = await planned();
    expect(await takeIn('r', services)).toEqual({ nextAt: STEP_MS, surprised: false });
    expect(await statesOf(services)).toEqual(['0 READY', ...[1, 2, 3, 4, 5].map((step) => `${step} BLOCKED`)]);
    await put(services, 'in/second');
    await services.clock.pass(STEP_MS);
    expect((await takeIn('r', services)).nextAt).toBe(2 * STEP_MS);
    expect((await statesOf(services)).filter((state) => state.endsWith('READY'))).toEqual(['0 READY', '1 READY']);
    const list = await readIntakeList(services.objects, { run: 'r', operation: 'replicate', step: 1 });
    expect(list.objects.map(({ location }) => location)).toEqual(['in/second']);
  });

  it('asks nothing more of a stream that has closed', async () => {
    const services = await planned();
    await services.clock.pass(5 * STEP_MS);
    expect((await takeIn('r', services)).nextAt).toBeUndefined();
    expect(new Set(await statesOf(services)).size).toBe(6);
  });

  it('cuts a step that brought more than its shards were made for, and calls it a surprise', async () => {
    const services = await planned({ bytes: 600, cpuSeconds: 6 });
    await takeIn('r', services);
    // ten times the hundred bytes that were expected of the step, ten seconds of work, and 1.5 s for a shard
    for (let object = 0; object < 10; object += 1) await put(services, `in/more-${object}`);
    await services.clock.pass(STEP_MS);
    expect((await takeIn('r', services)).surprised).toBe(true);
    const ready = (await statesOf(services)).filter((state) => state === '1 READY');
    expect(ready.length).toBeGreaterThanOrEqual(7);
  });

  it('loses and doubles nothing when it is cut off at any call and repeated', async () => {
    for (let failing = 1; failing < 60; failing += 1) {
      const services = await planned({ bytes: 300, cpuSeconds: 6 });
      for (let object = 0; object < 5; object += 1) await put(services, `in/more-${object}`);
      await services.clock.pass(2 * STEP_MS);
      const faulty = { ...services, table: failingTable(services.table, failing) };
      const failed = await takeIn('r', faulty).then(
        () => false,
        () => true,
      );
      await put(services, 'in/late');
      await services.clock.pass(3 * STEP_MS);
      await takeIn('r', services);
      const steps = await readIntakes(services.table, 'r', 'replicate');
      expect(steps.map(({ step, releasedAt }) => [step, releasedAt !== undefined])).toEqual(
        [0, 1, 2, 3, 4, 5].map((step) => [step, true]),
      );
      const lists = await Promise.all(steps.map((step) => readIntakeList(services.objects, step)));
      const taken = lists.flatMap(({ objects }) => objects.map(({ location }) => location));
      expect(taken.sort()).toEqual(['in/first', 'in/late', ...[0, 1, 2, 3, 4].map((at) => `in/more-${at}`)]);
      expect((await statesOf(services)).filter((state) => state.endsWith('BLOCKED'))).toEqual([]);
      if (!failed) return;
    }
    throw new Error('takeIn makes more requests than this test breaks');
  });

  it('ends although nothing arrives any more', async () => {
    const services = memoryServices({ tasks: [copy], settings: { lingerMs: 100, pollMs: 50 } });
    await put(services, 'in/only', 3_000);
    const { outcome } = await pipeline(services).run('r', { workflow: workflow({ bytes: 30_000, cpuSeconds: 3 }) });
    expect(outcome).toBe('met');
  });

  it('gives every object to exactly one shard, whenever it arrives and however often each stage is called', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(5_000), sizeBytes: fc.nat(3_000) }), { maxLength: 25 }),
        async (arrivals) => {
          const services = memoryServices({ tasks: [copy], settings: { lingerMs: 100, pollMs: 50 } });
          const coming = arrivals.map(({ at, sizeBytes }, number) => ({ at, sizeBytes, key: `in/${number}` }));
          const arrive = async () => {
            for (const { at, sizeBytes, key } of coming) {
              const known = await services.objects.info(key);
              if (at < services.clock.now() && !known) await put(services, key, sizeBytes);
            }
          };
          const run = pipeline(services, {
            afterDelivery: async (_, again) => {
              await arrive();
              await again();
            },
          });
          const { outcome } = await run.run('r', { workflow: workflow() });
          expect(outcome).toBe('met');
          const steps = await readIntakes(services.table, 'r', 'replicate');
          const taken = await Promise.all(steps.map((step) => readIntakeList(services.objects, step)));
          const locations = taken.flatMap(({ objects }) => objects.map(({ location }) => location)).sort();
          const copies = (await collect(services.objects.list('out/'))).map(({ location }) => location).sort();
          expect(copies).toEqual(locations.map((location) => location.replace('in/', 'out/')));
          expect(new Set(locations).size).toBe(locations.length);
          for (const { at, key } of coming) if (at < 4_000) expect(locations).toContain(key);
        },
      ),
      { numRuns: 25 },
    );
  });
});

/** A table whose n-th write or read fails once. */
function failingTable(table: Table, failing: number): Table {
  let calls = 0;
  const counted = <Call>(call: () => Call): Call => {
    calls += 1;
    if (calls === failing) throw new ForeshardError('StoreUnavailable', `call ${calls} fails`);
    return call();
  };
  return {
    ...table,
    get: async (...given) => counted(() => table.get(...given)),
    put: async (...given) => counted(() => table.put(...given)),
    update: async (...given) => counted(() => table.update(...given)),
    query: (...given) => counted(() => table.query(...given)),
  };
}
