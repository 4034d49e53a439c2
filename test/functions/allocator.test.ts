import { describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import { ForeshardError } from '../../lib/core/foreshard-error.ts';
import { Plan } from '../../lib/plan/plan.ts';
import type { Table } from '../../lib/ports/table.ts';
import { enterRun, noteDemand } from '../../lib/run/active-run.ts';
import { defineTask } from '../../lib/run/define-task.ts';
import { otherDemands } from '../../lib/run/other-demands.ts';
import { readRun } from '../../lib/run/read-run.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { readDocument } from '../../lib/run/run-document.ts';
import { aPlan } from '../fixtures/a-record.ts';
import { type MemoryServices, memoryServices } from '../fixtures/memory-services.ts';
import { deliver } from '../fixtures/run-pipeline.ts';

const WORKFLOW = {
  version: 1,
  name: 'count',
  deadline: '60s',
  operations: [
    { id: 'a', task: 'nothing', input: { kind: 'keys', from: 0, to: 1_000 }, estimates: { cpuSeconds: 400 } },
    { id: 'b', task: 'nothing', after: [{ operation: 'a', edge: 'wide' }] },
  ],
};

const nothing = defineTask({ name: 'nothing', run: async () => undefined });

/** A run that is ready to be planned, on a table that is cut off after some shards were stored. */
async function cutOff(storedShardCount: number) {
  const services = memoryServices({ tasks: [nothing] });
  let left = storedShardCount;
  const table: Table = {
    ...services.table,
    async put(item, condition) {
      if (item.sort.startsWith('SHARD#')) left -= 1;
      if (left < 0) throw new ForeshardError('StoreUnavailable', 'the table is away');
      return services.table.put(item, condition);
    },
  };
  const away: MemoryServices = { ...services, table };
  await deliver(services, 'sharder', { execution: 'r', input: { workflow: WORKFLOW } });
  await deliver(services, 'forecaster', { run: 'r' });
  await expect(deliver(away, 'allocator', { run: 'r' })).rejects.toMatchObject({ name: 'StoreUnavailable' });
  return services;
}

describe('the allocator, after it was cut off while it created a run', () => {
  it.each([0, 1, 3])('creates the rest when it is called again (%i shards were there)', async (count) => {
    const services = await cutOff(count);
    expect(await collect(readShards(services.table, 'r'))).toHaveLength(count);
    expect(await deliver(services, 'allocator', { run: 'r' })).toMatchObject({ outcome: 'planned' });
    const { run, shards } = await readRun(services.table, 'r');
    expect(run.state).toBe('OPEN');
    expect(shards.size).toBe(run.shardCount);
    expect(run.shardCount).toBeGreaterThan(3);
  });

  it('creates the rest also when the run was aborted in between, and is resumed', async () => {
    const services = await cutOff(2);
    await deliver(services, 'aborter', { execution: 'r', state: { run: 'r', error: { Error: 'StoreUnavailable' } } });
    expect((await readRun(services.table, 'r')).run.outcome).toBe('aborted');
    await deliver(services, 'sharder', { execution: 'r2', input: { run: 'r' } });
    await deliver(services, 'allocator', { run: 'r' });
    const { run, shards } = await readRun(services.table, 'r');
    expect(run).toMatchObject({ state: 'OPEN' });
    expect(run.outcome).toBeUndefined();
    expect(shards.size).toBe(run.shardCount);
  });
});

describe('the allocator, while another run holds every slot', () => {
  const held = { run: 'other', slotCount: 100, from: 0, until: 1e12, guaranteed: false };

  it('refuses a newcomer that would be late, takes nothing, and decides anew when it is asked again', async () => {
    const services = memoryServices({ tasks: [nothing], settings: { zones: ['az1'], regional: false, slotMax: 100 } });
    const { table } = services;
    for (const tier of [1_769, 3_538, 7_076]) {
      await table.put({ partition: 'LEDGER', sort: `${tier}-az1`, version: 1, writer: 'other', holds: [held] });
    }
    await deliver(services, 'sharder', { execution: 'r', input: { workflow: WORKFLOW } });
    await deliver(services, 'forecaster', { run: 'r' });
    await expect(deliver(services, 'allocator', { run: 'r' })).rejects.toMatchObject({ name: 'DeadlineUnreachable' });
    expect(await collect(readShards(table, 'r'))).toEqual([]);
    for (const tier of [1_769, 3_538, 7_076]) {
      expect((await table.get({ partition: 'LEDGER', sort: `${tier}-az1` }))?.holds).toEqual([held]);
      await table.put({ partition: 'LEDGER', sort: `${tier}-az1`, version: 2, writer: 'other', holds: [] });
    }
    expect(await deliver(services, 'allocator', { run: 'r' })).toMatchObject({ outcome: 'planned' });
  });
});

describe('the allocator, when another run takes slots while it plans', () => {
  const settings = { zones: ['az1'], regional: false, slotMax: 100 };
  const POOLS = [1_769, 3_538, 7_076].map((tier) => `${tier}-az1`);

  /** Just before the first hold of the run is written, another one has taken so many slots of every pool. */
  async function overtakenBy(slotCount: number) {
    const services = memoryServices({ tasks: [nothing], settings });
    const hold = { run: 'other', slotCount, from: 0, until: 1e12, guaranteed: false };
    let first = true;
    const table: Table = {
      ...services.table,
      async put(item, condition) {
        if (first && item.partition === 'LEDGER') {
          first = false;
          for (const sort of POOLS) {
            await services.table.put({ partition: 'LEDGER', sort, version: 1, writer: 'other', holds: [hold] });
          }
        }
        return services.table.put(item, condition);
      },
    };
    await deliver(services, 'sharder', { execution: 'r', input: { workflow: WORKFLOW } });
    await deliver(services, 'forecaster', { run: 'r' });
    const holdsOf = async (sort: string) => (await services.table.get({ partition: 'LEDGER', sort }))?.holds;
    return { holdsOf, answer: deliver({ ...services, table }, 'allocator', { run: 'r' }) };
  }

  it('is not admitted beside a newcomer that came first, and holds nothing', async () => {
    const { answer, holdsOf } = await overtakenBy(100);
    await expect(answer).rejects.toMatchObject({ name: 'DeadlineUnreachable' });
    for (const pool of POOLS) expect(await holdsOf(pool)).toMatchObject([{ run: 'other' }]);
  });

  it('stays admitted when there is room for both', async () => {
    const { answer, holdsOf } = await overtakenBy(1);
    expect(await answer).toMatchObject({ outcome: 'planned' });
    expect((await Promise.all(POOLS.map(holdsOf))).flat()).toContainEqual(expect.objectContaining({ run: 'r' }));
  });
});

describe('the allocator, beside another run that is carried out', () => {
  /** 400 s of work until a deadline in seven minutes on two slots, beside a share of as much until five minutes. */
  async function planBeside(workShare: number) {
    const services = memoryServices({ tasks: [nothing], settings: { zones: ['az1'], vcpuMax: 2 } });
    const { table, objects } = services;
    const workflow = { ...WORKFLOW, deadline: '7m', operations: WORKFLOW.operations.slice(0, 1) };
    await deliver(services, 'sharder', { execution: 'r', input: { workflow } });
    await deliver(services, 'forecaster', { run: 'r' });
    await enterRun(table, { run: 'other', execution: 'other', now: 0, isOver: async () => false });
    const demand = { workMs: 400_000 * workShare, pathMs: 1_000, reserveMs: 0 };
    const times = { madeAt: services.clock.now(), deadlineAt: 300_000, expectedEndAt: 300_000 };
    await noteDemand(table, { ...aPlan(), run: 'other', demand, ...times });
    await deliver(services, 'allocator', { run: 'r' });
    return { plan: await readDocument(objects, { run: 'r', name: 'plan' }, Plan), services };
  }

  it('puts a run in the background that would make the other late and is the larger one', async () => {
    expect((await planBeside(0.99)).plan.admission.admitted).toBe('background');
    expect((await planBeside(0.1)).plan.admission.admitted).toBe('now');
  });

  it('notes what is left of a run, and what was left of the others counts as done evenly since', async () => {
    const { plan, services } = await planBeside(0.1);
    const { demand } = plan;
    if (!demand) throw new Error('a plan says what is left');
    const half = (plan.madeAt + plan.expectedEndAt) / 2;
    expect(await otherDemands(services.table, 'other', plan.madeAt)).toEqual([
      { run: 'r', deadlineAt: plan.deadlineAt, ...demand },
    ]);
    const [left] = await otherDemands(services.table, 'other', half);
    expect(left?.workMs).toBeCloseTo(demand.workMs / 2, 6);
    expect((await otherDemands(services.table, 'other', plan.expectedEndAt + 1))[0]?.workMs).toBe(0);
    expect((await otherDemands(services.table, 'r', plan.madeAt)).map(({ run }) => run)).toEqual(['other']);
  });
});
