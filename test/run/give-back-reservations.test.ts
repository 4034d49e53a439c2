import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import { listPools } from '../../lib/plan/list-pools.ts';
import { giveBackReservations } from '../../lib/run/give-back-reservations.ts';
import { startReserver, stopReserver, takeTurn } from '../../lib/run/reserver-store.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { deliver } from '../fixtures/run-pipeline.ts';
import { memoryProvisioning } from '../memory-provisioning.ts';

/** Twelve workers, and the control plane's writes with their moments. */
function scene() {
  const base = memoryServices({ settings: { zones: ['az1', 'az2', 'az3'], workerAlias: 'live' }, startAt: 1_000 });
  const provisioning = memoryProvisioning(base.clock.now);
  const writes: { readonly name: string; readonly at: number }[] = [];
  const functions = {
    ...base.functions,
    async reserve(name: string, count: number | undefined) {
      writes.push({ name, at: base.clock.now() });
      await base.functions.reserve(name, count);
    },
  };
  const services = { ...base, functions, provisioning };
  const names = listPools(base.settings, new Set()).map(({ functionName }) => functionName);
  const reserved = () => Promise.all(names.map((name) => base.functions.concurrency(name)));
  return { base, services, writes, names, reserved, provisioning };
}

describe('giveBackReservations', () => {
  it('gives back whatever is reserved or registered, at most 3 writes a second, whatever fails on the way', async () => {
    const whatever = fc.record({
      counts: fc.array(fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }), {
        minLength: 12,
        maxLength: 12,
      }),
      throttled: fc.infiniteStream(fc.boolean()),
    });
    await fc.assert(
      fc.asyncProperty(whatever, async ({ counts, throttled }) => {
        const { base, services, writes, names, reserved, provisioning } = scene();
        for (const [index, name] of names.entries()) {
          if (counts[index] !== undefined) await base.functions.reserve(name, counts[index]);
          await provisioning.register({ functionName: name, environmentCount: 2, from: 5_000, until: 9_000 });
        }
        const chance = throttled[Symbol.iterator]();
        const reserve: typeof services.functions.reserve = async (name, count) => {
          await services.functions.reserve(name, count === undefined && chance.next().value ? 1 : count);
          if ((await base.functions.concurrency(name)) === 1)
            throw new ForeshardError('Throttled', 'too many requests');
        };
        const faulty = { ...services, functions: { ...services.functions, reserve } };
        for (let tries = 0; tries < 20; tries += 1) {
          const done = await base.clock.during(giveBackReservations('me', faulty).catch(() => undefined));
          if (done) break;
        }
        expect(await reserved()).toEqual(names.map(() => undefined));
        for (const [, state] of await provisioning.observe(names)) expect(state).toEqual({ environmentCount: 0 });
        for (const [index, { at }] of writes.entries()) {
          if (index > 2) expect(at - (writes[index - 3]?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('waits for a reconciliation that is under way, after which there is none', async () => {
    const { base, services } = scene();
    await takeTurn(base.table, { owner: 'reserver', now: 1_000, turnMs: 60_000 });
    await base.clock.during(giveBackReservations('me', services));
    expect(base.clock.now()).toBeGreaterThan(61_000);
    expect(await deliver(services, 'reserver', {})).toEqual({ mode: 'skipped' });
  });

  it('says what could not be given back, after it has given back the rest', async () => {
    const { base, services, names, reserved } = scene();
    for (const name of names) await base.functions.reserve(name, 3);
    const reserve: typeof services.functions.reserve = async (name, count) => {
      if (name === names[0]) throw new Error('not allowed');
      await services.functions.reserve(name, count);
    };
    const going = giveBackReservations('me', { ...services, functions: { ...services.functions, reserve } });
    await expect(base.clock.during(going)).rejects.toThrow(`'${names[0]}' (not allowed)`);
    expect((await reserved()).filter((count) => count !== undefined)).toEqual([3]);
  });

  it('touches no item but the reserver’s own', async () => {
    const { base, services } = scene();
    const item = { partition: 'RUN#r', sort: 'RUN', state: 'ENDED' };
    await base.table.put(item);
    const keys: string[] = [];
    const update: typeof base.table.update = async (key, ...rest) => {
      keys.push(key.partition);
      return base.table.update(key, ...rest);
    };
    const refuse = async () => Promise.reject(new Error('data are dropped'));
    const table = { ...base.table, update, put: refuse, putAll: refuse, delete: refuse };
    await base.clock.during(giveBackReservations('me', { ...services, table }));
    expect(new Set(keys)).toEqual(new Set(['RESERVER']));
    expect(await base.table.get(item)).toEqual(item);
  });
});

describe('the kill switch', () => {
  it('stops the reserver until who threw it lets it go on', async () => {
    const { services } = scene();
    expect(await deliver(services, 'reserver', { order: 'stop' })).toEqual({ mode: 'skipped' });
    expect(await deliver(services, 'reserver', {})).toEqual({ mode: 'skipped' });
    await startReserver(services.table, 'clean-up');
    expect(await deliver(services, 'reserver', {})).toEqual({ mode: 'skipped' });
    expect(await deliver(services, 'reserver', { order: 'go' })).toMatchObject({ mode: 'reserving' });
    expect(await deliver(services, 'reserver', {})).toMatchObject({ mode: 'reserving' });
  });

  it('stays with the operator when a stack goes and comes again', async () => {
    const { services } = scene();
    await stopReserver(services.table, 'operator');
    await stopReserver(services.table, 'clean-up');
    await startReserver(services.table, 'clean-up');
    expect(await deliver(services, 'reserver', {})).toEqual({ mode: 'skipped' });
    await startReserver(services.table, 'operator');
    expect(await deliver(services, 'reserver', {})).toMatchObject({ mode: 'reserving' });
  });
});
