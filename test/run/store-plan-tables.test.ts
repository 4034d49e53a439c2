import { describe, expect, it } from 'vitest';
import { collect } from '../../lib/core/collect.ts';
import { canaryNeed } from '../../lib/core/ids.ts';
import type { Plan } from '../../lib/plan/plan.ts';
import type { Pool } from '../../lib/plan/pool.ts';
import type { Item, Table } from '../../lib/ports/table.ts';
import { readShards } from '../../lib/run/read-shards.ts';
import { storePlan } from '../../lib/run/store-plan.ts';
import { type MemoryServices, memoryServices } from '../fixtures/memory-services.ts';
import { runDefinition, shardingOf } from '../fixtures/stored-run.ts';
import { claimed, freshRun } from './run-fixture.ts';

const MARGIN_MS = 600_000;
const pool = (zone: string, slotMax: number, memoryMiB = 1_769): Pool => ({
  id: `${memoryMiB}-${zone}`,
  functionName: `worker-${memoryMiB}-${zone}`,
  memoryMiB,
  zone,
  state: 'open',
  slotMax,
});
const POOLS = [pool('az1', 4), pool('az2', 4), pool('az1', 2, 3_538)];
const OPERATIONS = [{ id: 'a', ranges: [0, 1, 2, 3].map((at) => ({ start: at, end: at + 1 })) }];

const grant = (id: string, slotCount: number) => ({ pool: id, slotCount, from: 0, until: 10_000 });

function planOf(run: string, changes: Partial<Plan> = {}): Plan {
  return {
    run,
    generation: 1,
    madeAt: 0,
    deadlineAt: 60_000,
    admission: { admitted: 'now' },
    placements: [0, 1, 2, 3].map((at) => placed(at, '1769-az1')),
    grants: [grant('1769-az1', 2)],
    queue: [],
    canaries: [],
    zones: [],
    probedZones: [],
    expectedEndAt: 10_000,
    chance: 1,
    costUsd: 0,
    ...changes,
  };
}

function placed(at: number, poolId: string, rank = `${at}`) {
  return { shard: `a/${at}`, pool: poolId, rank, expectedStartAt: 0, expectedEndAt: 1 };
}

async function store(services: MemoryServices, plan: Plan, table: Table = services.table) {
  const records = await collect(readShards(services.table, plan.run));
  const definition = runDefinition(OPERATIONS, 0, 60_000);
  return storePlan(
    { plan, definition, sharding: shardingOf(OPERATIONS), records, pools: POOLS },
    { ...services, table },
  );
}

const holdsOf = async ({ table }: MemoryServices, id: string) =>
  (await table.get({ partition: 'LEDGER', sort: id }))?.holds ?? [];

/** The sort keys of what is written, in order. */
function watched(table: Table): { readonly table: Table; readonly written: string[] } {
  const written: string[] = [];
  return {
    written,
    table: {
      ...table,
      put(item, condition) {
        written.push(`${item.partition} ${item.sort}`);
        return table.put(item, condition);
      },
      update(key, change, condition) {
        written.push(`${key.partition} ${key.sort}`);
        return table.update(key, change, condition);
      },
    },
  };
}

describe('storePlan: the ledger', () => {
  it('holds the slots before it stores the first shard', async () => {
    const services = memoryServices();
    const { table, written } = watched(services.table);
    const run = freshRun();
    expect(await store(services, planOf(run), table)).toEqual({ outcome: 'planned' });
    const ledgerAt = written.indexOf('LEDGER 1769-az1');
    const shardAt = written.findIndex((key) => key.includes('SHARD#'));
    expect(ledgerAt).toBeGreaterThanOrEqual(0);
    expect(shardAt).toBeGreaterThan(ledgerAt);
    expect(await holdsOf(services, '1769-az1')).toEqual([
      { run, slotCount: 2, from: 0, until: 10_000 + MARGIN_MS, plannedUntil: 10_000, guaranteed: false },
    ]);
  });

  it('takes what there is when others hold some of it, and writes the plan with what it got', async () => {
    const services = memoryServices();
    const [first, second] = [freshRun(), freshRun()];
    await store(services, planOf(first, { grants: [grant('1769-az1', 3)] }));
    expect(await store(services, planOf(second, { grants: [grant('1769-az1', 3)] }))).toEqual({ outcome: 'planned' });
    expect(await holdsOf(services, '1769-az1')).toMatchObject([
      { run: first, slotCount: 3 },
      { run: second, slotCount: 1 },
    ]);
    const plan = JSON.parse(new TextDecoder().decode(await services.objects.get(`runs/${second}/plan.json`)));
    expect(plan.grants).toEqual([grant('1769-az1', 1)]);
  });

  it('queues a run that gets nothing, stores no shard of it and has it look again in a minute: others may end early', async () => {
    const services = memoryServices();
    const [first, second] = [freshRun(), freshRun()];
    await store(services, planOf(first, { grants: [grant('1769-az1', 4)] }));
    const queued = await store(services, planOf(second, { grants: [grant('1769-az1', 1)] }));
    expect(queued).toEqual({ outcome: 'queued', freeAt: 60_000 });
    expect(await collect(readShards(services.table, second))).toEqual([]);
    await services.clock.pass(10_000 + MARGIN_MS);
    const later = { ...grant('1769-az1', 1), from: services.clock.now(), until: services.clock.now() + 1 };
    expect(await store(services, planOf(second, { grants: [later] }))).toEqual({ outcome: 'planned' });
  });

  it('gives back what a new plan does not want any more, in every pool', async () => {
    const services = memoryServices();
    const run = freshRun();
    await store(services, planOf(run, { grants: [grant('1769-az1', 2), grant('1769-az2', 2)] }));
    await store(services, planOf(run, { generation: 2, grants: [grant('1769-az2', 1)] }));
    expect(await holdsOf(services, '1769-az1')).toEqual([]);
    expect(await holdsOf(services, '1769-az2')).toMatchObject([{ run, slotCount: 1 }]);
  });

  it('does not count its own holds against itself', async () => {
    const services = memoryServices();
    const run = freshRun();
    for (const generation of [1, 2, 3]) {
      await store(services, planOf(run, { generation, grants: [grant('1769-az1', 4)] }));
      expect(await holdsOf(services, '1769-az1')).toMatchObject([{ run, slotCount: 4 }]);
    }
  });
});

describe('storePlan: the shards', () => {
  it('stores each where it is planned', async () => {
    const services = memoryServices();
    const run = freshRun();
    const placements = [
      placed(0, '1769-az2', '9'),
      placed(1, '3538-az1', '1'),
      placed(2, '1769-az1'),
      placed(3, '1769-az1'),
    ];
    await store(services, planOf(run, { placements }));
    const records = await collect(readShards(services.table, run));
    expect(records.map(({ zone, memoryTierMiB, rank }) => [zone, memoryTierMiB, rank])).toEqual([
      ['az2', 1_769, '9'],
      ['az1', 3_538, '1'],
      ['az1', 1_769, '2'],
      ['az1', 1_769, '3'],
    ]);
  });

  it('stores those that the plan has no place for behind all others, in the smallest tier', async () => {
    const services = memoryServices();
    const run = freshRun();
    await store(services, planOf(run, { placements: [0, 1, 2].map((at) => placed(at, '3538-az1')) }));
    const records = await collect(readShards(services.table, run));
    expect(records.map(({ memoryTierMiB }) => memoryTierMiB)).toEqual([3_538, 3_538, 3_538, 1_769]);
    const ranks = records.map(({ rank }) => rank);
    expect(ranks.toSorted().at(-1)).toBe(ranks[3]);
  });

  it('changes only what a new plan places elsewhere, and nothing that is claimed', async () => {
    const services = memoryServices();
    const run = freshRun();
    await store(services, planOf(run));
    const records = await collect(readShards(services.table, run));
    if (records[3]) await claimed(services.table, records[3], { now: 0 });
    const placements = [
      placed(0, '1769-az1', '7'),
      placed(1, '1769-az1'),
      placed(2, '3538-az1'),
      placed(3, '3538-az1'),
    ];
    const { table, written } = watched(services.table);
    await store(services, planOf(run, { generation: 2, placements }), table);
    expect(written.filter((key) => key.includes('SHARD#'))).toEqual([`RUN#${run} SHARD#a/0`, `RUN#${run} SHARD#a/2`]);
    const after = await collect(readShards(services.table, run));
    expect(after.map(({ memoryTierMiB, rank }) => [memoryTierMiB, rank])).toEqual([
      [1_769, '7'],
      [1_769, '1'],
      [3_538, '2'],
      [1_769, '3'],
    ]);
  });

  it('leaves ranks as they are where the order stays, and writes all of a tier that another shard joins', async () => {
    const services = memoryServices();
    const run = freshRun();
    const [small, large] = ['1769-az1', '3538-az1'];
    await store(services, planOf(run, { placements: [0, 1, 2, 3].map((at) => placed(at, at < 2 ? small : large)) }));
    const later = [placed(0, small, '20'), placed(1, small, '21'), placed(2, large, '22'), placed(3, large, '23')];
    const { table, written } = watched(services.table);
    const shards = () => written.splice(0).flatMap((key) => (key.includes('SHARD#') ? [key.slice(-3)] : []));
    await store(services, planOf(run, { generation: 2, placements: later }), table);
    expect(shards()).toEqual([]);
    const joined = [placed(0, small, '20'), placed(1, large, '25'), placed(2, large, '24'), placed(3, large, '26')];
    await store(services, planOf(run, { generation: 3, placements: joined }), table);
    expect(shards().toSorted()).toEqual(['a/1', 'a/2', 'a/3']);
    const records = await collect(readShards(services.table, run));
    expect(records.map(({ rank }) => rank)).toEqual(['0', '25', '24', '26']);
  });

  it('sees what has become of a shard since it was read for the plan', async () => {
    const services = memoryServices();
    const run = freshRun();
    await store(services, planOf(run));
    const records = await collect(readShards(services.table, run));
    if (records[0]) await claimed(services.table, records[0], { now: 0 });
    const placements = [0, 1, 2, 3].map((at) => placed(at, '3538-az1', `${9 - at}`));
    const definition = runDefinition(OPERATIONS, 0, 60_000);
    const plan = planOf(run, { generation: 2, placements });
    await storePlan({ plan, definition, sharding: shardingOf(OPERATIONS), records, pools: POOLS }, services);
    const after = await collect(readShards(services.table, run));
    expect(after.map(({ state, rank }) => [state, rank])).toEqual([
      ['RUNNING', '0'],
      ['READY', '8'],
      ['READY', '7'],
      ['READY', '6'],
    ]);
  });

  it('changes nothing when it is called again', async () => {
    const services = memoryServices();
    const run = freshRun();
    const canaries = [{ type: 'a@1', shards: ['a/0'], verdict: 'promoted' as const }];
    const plans = [planOf(run), planOf(run, { generation: 2, canaries, placements: [placed(1, '3538-az1')] })];
    for (const plan of plans) {
      await store(services, plan);
      const before = await everything(services, run);
      await store(services, plan);
      expect(await everything(services, run)).toEqual(before);
    }
  });
});

/** All items of a run and of the ledgers, but for who wrote a ledger last. */
async function everything({ table }: MemoryServices, run: string): Promise<readonly Item[]> {
  const items = [...(await collect(table.query({ partition: `RUN#${run}` })))];
  for await (const item of table.query({ partition: 'LEDGER' })) items.push({ ...item, writer: '', version: 0 });
  return items;
}

describe('storePlan: types on trial', () => {
  const onTrial = (verdict: 'waiting' | 'promoted' | 'demoted') => [{ type: 'a@1', shards: ['a/0', 'a/1'], verdict }];

  it('holds back all but the first shards until the verdict', async () => {
    const services = memoryServices();
    const run = freshRun();
    await store(services, planOf(run, { canaries: onTrial('waiting') }));
    const records = await collect(readShards(services.table, run));
    expect(records.map(({ state, needs }) => [state, needs])).toEqual([
      ['READY', []],
      ['READY', []],
      ['BLOCKED', [canaryNeed('a@1')]],
      ['BLOCKED', [canaryNeed('a@1')]],
    ]);
  });

  it.each(['promoted', 'demoted'] as const)('lets the others go once the type is %s', async (verdict) => {
    const services = memoryServices();
    const run = freshRun();
    await store(services, planOf(run, { canaries: onTrial('waiting') }));
    await store(services, planOf(run, { generation: 2, canaries: onTrial('waiting') }));
    expect((await collect(readShards(services.table, run))).map(({ state }) => state)).toContain('BLOCKED');
    await store(services, planOf(run, { generation: 3, canaries: onTrial(verdict) }));
    expect((await collect(readShards(services.table, run))).map(({ state }) => state)).toEqual(Array(4).fill('READY'));
  });
});
