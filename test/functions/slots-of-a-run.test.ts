import { describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import { listPools } from '../../lib/plan/list-pools.ts';
import { Plan } from '../../lib/plan/plan.ts';
import type { PoolLedger } from '../../lib/plan/pool-ledger.ts';
import { RunReport } from '../../lib/report/run-report.ts';
import { defineTask } from '../../lib/run/define-task.ts';
import { changeLedger } from '../../lib/run/ledger-store.ts';
import { readOwnCapacity, writeOwnCapacity } from '../../lib/run/own-capacity.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { readDocument } from '../../lib/run/run-document.ts';
import { dropSlot, readSlots, writeSlot } from '../../lib/run/slot-store.ts';
import { type MemoryServices, memoryServices } from '../fixtures/memory-services.ts';
import { deliver, pipeline } from '../fixtures/run-pipeline.ts';
import { storedRun } from '../fixtures/stored-run.ts';

const SHARDS = 24;
const STARTED_AT = Date.UTC(2026, 0, 1);

/** Waits as long as its object says. */
const wait = defineTask<unknown, object>({
  name: 'wait',
  async run({ input, sleep, write }) {
    for await (const { records } of input) {
      for (const record of records as readonly { readonly waitMs: number }[]) {
        await sleep(record.waitMs);
        write(record);
      }
    }
  },
});

async function prepared(waitsMs: readonly number[]): Promise<MemoryServices> {
  const slots = { tiersMiB: [1_769], slotMax: 12, canaryCount: 0, monitorMinMs: 300 };
  const settings = { zones: ['az1', 'az2'], regional: false, ...slots };
  const services = memoryServices({ tasks: [wait], startAt: STARTED_AT, settings });
  for (const [number, waitMs] of waitsMs.entries()) {
    const line = `${JSON.stringify({ waitMs })}\n`;
    await services.objects.put(
      `in/${String(number).padStart(2, '0')}.ndjson`,
      new TextEncoder().encode(line.padEnd(40)),
    );
  }
  return services;
}

const workflow = (objective: string, cpuSeconds: number) => ({
  version: 1,
  name: 'waits',
  deadline: '300s',
  objective,
  operations: [{ id: 'wait', task: 'wait', input: { kind: 'ndjson', location: 'in/' }, estimates: { cpuSeconds } }],
});

async function changeHolds(services: MemoryServices, change: (ledger: PoolLedger) => PoolLedger): Promise<void> {
  for (const { id, slotMax } of listPools(services.settings, new Set())) {
    const pool = { pool: id, slotMax };
    await changeLedger(services.table, {
      pool,
      writer: `${id}:${services.clock.now()}`,
      decide: (ledger) => ({ ledger: change(ledger), answer: undefined }),
    });
  }
}

const reportOf = ({ objects }: MemoryServices, run: string) =>
  readDocument(objects, { run, name: 'report' }, RunReport);

const taken = ({ decisions }: RunReport, change: string) =>
  decisions.filter((decision) => decision.taken && decision.change === change);

describe('a run that wants the least time', () => {
  it('takes the slots that another run gives back too early, and says what for and at which price', async () => {
    const services = await prepared(Array.from({ length: SHARDS }, () => 10_000));
    const until = STARTED_AT + 3_600_000;
    const hold = { run: 'other', slotCount: 11, from: 0, until, plannedUntil: until, guaranteed: false };
    await changeHolds(services, (ledger) => ({ ...ledger, holds: [hold] }));
    let givenBack = false;
    const { run } = pipeline(services, {
      afterDelivery: async ({ stage }) => {
        if (givenBack || stage !== 'monitor' || services.clock.now() < STARTED_AT + 25_000) return;
        givenBack = true;
        await changeHolds(services, (ledger) => ({
          ...ledger,
          holds: ledger.holds.filter((one) => one !== hold && one.run !== 'other'),
        }));
      },
    });
    await run('late', { workflow: workflow('latency', 240) });
    const report = await reportOf(services, 'late');
    const [added] = taken(report, 'add-slots');
    expect(added).toMatchObject({
      slots: { from: 2 },
      reason: expect.stringMatching(/^add \d+ slots to 2: -\d+\.\d s, \+0\.\d+ USD$/),
    });
    expect(added?.gainUsd).toBeGreaterThan(1.3 * (added?.costUsd ?? Number.POSITIVE_INFINITY));
    expect(await readOwnCapacity(services.table, 'late')).toBeGreaterThan(2);
    // 20 shards were left after 20 s: 100 s on two slots
    expect(report.endedAt - report.startedAt).toBeLessThan(60_000);
    const startedLater = (await readSlots(services.table, 'late')).filter(
      ({ startedAt }) => startedAt >= STARTED_AT + 25_000,
    );
    expect(startedLater.length).toBe((added?.slots?.to ?? 0) - 2);
  });
});

describe('a run with slots that have no more work', () => {
  it('drops them at once, and goes on with those that work', async () => {
    const services = await prepared([40_000, ...Array.from({ length: SHARDS - 1 }, () => 5_000)]);
    const { run } = pipeline(services);
    await run('idle', { workflow: workflow('deadline', 480) });
    const report = await reportOf(services, 'idle');
    const [dropped] = taken(report, 'drop-slots');
    expect(dropped).toMatchObject({ reason: expect.stringMatching(/^drop \d+ of \d+ slots: -0\.0 s, -0\.0\d+ USD$/) });
    const names = new Set(dropped?.slots?.dropped);
    expect(names.size).toBeGreaterThan(0);
    const slots = await readSlots(services.table, 'idle');
    for (const { slot, droppedAt, status } of slots) {
      if (!names.has(slot)) continue;
      expect(droppedAt).toBe(dropped?.at);
      expect(status).toBe('ENDED');
    }
    expect(report.outcome).toBe('met');
  });
});

describe('a plan of a run whose capacity was decided', () => {
  it('keeps to it', async () => {
    const services = await prepared(Array.from({ length: SHARDS }, () => 10_000));
    const run = 'small';
    await deliver(services, 'sharder', { execution: run, input: { workflow: workflow('latency', 240) } });
    await deliver(services, 'forecaster', { run });
    const planned = async () => {
      await deliver(services, 'allocator', { run });
      const { grants } = await readDocument(services.objects, { run, name: 'plan' }, Plan);
      return grants.reduce((sum, { slotCount }) => sum + slotCount, 0);
    };
    expect(await planned()).toBeGreaterThan(3);
    await writeOwnCapacity(services.table, run, 3);
    expect(await planned()).toBe(3);
  });
});

describe('a slot that was dropped', () => {
  it('ends, and claims nothing of what is ready', async () => {
    const services = memoryServices({ tasks: [wait] });
    const run = await storedRun(services, [
      { id: 'a', tasks: ['wait'], ranges: [0, 1].map((at) => ({ start: at, end: at + 1 })) },
    ]);
    const slot = { run, slot: 's', pool: '1769-az1', zone: 'az1' };
    await writeSlot(services.table, { ...slot, memoryTierMiB: 1_769, startedAt: 0, until: 9e9, status: 'STARTED' });
    await dropSlot(services.table, slot, 1);
    const work = deliver(services, 'worker', { ...slot, memoryMiB: 1_769 });
    expect(await services.clock.during(work)).toMatchObject({ outcome: 'done' });
    expect((await readSlots(services.table, run))[0]?.status).toBe('ENDED');
    const shards = await collect(readShards(services.table, run));
    expect(shards.map(({ epoch }) => epoch)).toEqual([0, 0]);
  });
});
