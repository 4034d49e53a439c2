import { describe, expect, it } from 'vitest';
import { listPools } from '../../lib/plan/list-pools.ts';
import { Plan } from '../../lib/plan/plan.ts';
import { mostHeld } from '../../lib/plan/pool-ledger.ts';
import { BREAKER_RULES, CLOSED_BREAKER } from '../../lib/recover/zone-breaker.ts';
import { changeZone, readZones } from '../../lib/recover/zone-store.ts';
import { storeAttempts } from '../../lib/run/attempt-store.ts';
import { defineTask } from '../../lib/run/define-task.ts';
import { readLedgers } from '../../lib/run/ledger-store.ts';
import { hasDocument, readDocument } from '../../lib/run/run-document.ts';
import { memoryServices } from '../fixtures/memory-services.ts';
import { deliver } from '../fixtures/run-pipeline.ts';
import { anAttempt } from '../profile/an-attempt.ts';

const WORKFLOW = {
  version: 1,
  name: 'count',
  deadline: '300s',
  operations: [
    { id: 'a', task: 'nothing', input: { kind: 'keys', from: 0, to: 1_000 }, estimates: { cpuSeconds: 4_000 } },
  ],
};
const nothing = defineTask({ name: 'nothing', run: async () => undefined });
const NOW_MS = 1_000_000;
const ZONES = ['az1', 'az2'];
const { probeCount } = BREAKER_RULES;

/** A run that is planned while zone az1 is on probe and az2 is trusted. */
async function probing() {
  const settings = { zones: ZONES, regional: false, slotMax: 40, vcpuMax: 1_000, canaryCount: 0 };
  const services = memoryServices({ tasks: [nothing], settings, startAt: NOW_MS });
  const half = { ...CLOSED_BREAKER, state: 'half-open' as const, openings: 1 };
  await changeZone(services.table, 'az1', (health) => ({ ...health, breaker: half }));
  const planned = async (run = 'r') => {
    if (!(await hasDocument(services.objects, { run, name: 'forecast' }))) {
      await deliver(services, 'sharder', { execution: run, input: { workflow: WORKFLOW } });
      await deliver(services, 'forecaster', { run });
    }
    expect(await deliver(services, 'allocator', { run })).toMatchObject({ outcome: 'planned' });
    const plan = await readDocument(services.objects, { run, name: 'plan' }, Plan);
    const most = (zone: string) =>
      plan.grants.filter(({ pool }) => pool.endsWith(zone)).reduce((sum, { slotCount }) => sum + slotCount, 0);
    return { plan, slots: { az1: most('az1'), az2: most('az2') } };
  };
  const probesEnd = async (goodCount: number, badCount: number) => {
    await services.clock.pass(10_000);
    const at = { zone: 'az1', startedAt: services.clock.now() - 5_500, durationMs: 500 };
    const attempts = Array.from({ length: goodCount + badCount }, (_, index) => {
      const outcome = index < goodCount ? {} : { outcome: 'failed' as const, error: 'WorkerDied' };
      return anAttempt({ run: 'r', epoch: index + 1, ...at, ...outcome });
    });
    await storeAttempts(services.table, attempts);
  };
  const looked = async () =>
    ((await deliver(services, 'monitor', { run: 'r', glance: null })) as { outcome: string }).outcome;
  const breaker = async () => (await readZones(services.table, ZONES))[0]?.breaker.state;
  return { services, planned, probesEnd, looked, breaker };
}

describe('a run beside a half-open zone', () => {
  it('gets no more slots there than the breaker probes with, and its plan says that they are probes', async () => {
    const { planned, looked } = await probing();
    const { plan, slots } = await planned();
    expect(plan).toMatchObject({ zones: ZONES, probedZones: ['az1'] });
    expect(slots.az1).toBeGreaterThan(0);
    expect(slots.az1).toBeLessThanOrEqual(probeCount);
    expect(slots.az2).toBeGreaterThan(probeCount);
    // nothing has changed for the zone: the slots of the plan are to be started, and no other plan is asked for
    expect(await looked()).toBe('due');
  });

  it('shares the probes with other runs', async () => {
    const { services, planned } = await probing();
    const { slots } = await planned();
    expect(slots.az1).toBeGreaterThan(0);
    const { plan } = await planned('other');
    expect(plan.probedZones).toEqual(['az1']);
    const pools = listPools(services.settings, new Set()).filter(({ zone }) => zone === 'az1');
    const ledgers = await readLedgers(
      services.table,
      pools.map(({ id, slotMax }) => ({ pool: id, slotMax })),
    );
    const held = ledgers.reduce((sum, ledger) => sum + mostHeld(ledger, NOW_MS, Number.POSITIVE_INFINITY), 0);
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThanOrEqual(probeCount);
  });

  it('is planned anew at the next look once the probes ended well, with the full share of the zone', async () => {
    const { planned, probesEnd, looked, breaker } = await probing();
    const before = await planned();
    await probesEnd(probeCount, 0);
    expect(await looked()).toBe('drift');
    expect(await breaker()).toBe('closed');
    const { plan, slots } = await planned();
    expect(plan).toMatchObject({ zones: ZONES, probedZones: [] });
    expect(slots.az1).toBeGreaterThan(probeCount);
    expect(slots.az1).toBeGreaterThan(before.slots.az1);
    expect(await looked()).toBe('due');
  });

  it('is planned anew without the zone once a probe failed: its breaker is open again', async () => {
    const { planned, probesEnd, looked, breaker } = await probing();
    await planned();
    await probesEnd(probeCount - 1, 1);
    expect(await looked()).toBe('drift');
    expect(await breaker()).toBe('open');
    const { plan, slots } = await planned();
    expect(plan).toMatchObject({ zones: ['az2'], probedZones: [] });
    expect(slots.az1).toBe(0);
  });
});
