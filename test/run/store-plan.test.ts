import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import type { Plan } from '../../lib/plan/plan.ts';
import type { ShardRecord } from '../../lib/run/shard-record.ts';
import { type PlanToStore, storePlan } from '../../lib/run/store-plan.ts';
import type { Sharding } from '../../lib/shards/sharding.ts';
import { memoryObjectStore } from '../memory-object-store.ts';

/** A plan that grants nothing: no pool has a slot, or no shard is left. */
const NOTHING: Plan = {
  run: 'r',
  generation: 2,
  madeAt: 0,
  deadlineAt: 10_000,
  admission: { admitted: 'now' },
  placements: [],
  grants: [],
  queue: [],
  canaries: [],
  zones: [],
  probedZones: [],
  expectedEndAt: 0,
  chance: 1,
  costUsd: 0,
};

function stored(states: readonly ShardRecord['state'][]): PlanToStore {
  return {
    plan: NOTHING,
    definition: {} as PlanToStore['definition'],
    sharding: {} as Sharding,
    records: states.map((state) => ({ state }) as ShardRecord),
    pools: [],
  };
}

function services() {
  const clock = { now: () => 1_000, sleep: async () => {} };
  return { table: memoryTable(), objects: memoryObjectStore(), clock, random: () => 0.5 };
}

describe('storePlan', () => {
  it.each([
    [['DONE', 'DONE'], 'planned'],
    [['DONE', 'POISONED'], 'planned'],
    [['DONE', 'RUNNING'], 'planned'],
    [['READY', 'RUNNING'], 'planned'],
    [['DONE', 'READY'], 'queued'],
    [['DONE', 'BLOCKED'], 'queued'],
    [[], 'queued'],
  ] as const)(
    'without a slot a run with shards %j is %s: it queues only while one of them waits',
    async (states, outcome) => {
      expect(await storePlan(stored(states), services())).toMatchObject({ outcome });
    },
  );

  it('keeps the first plan beside the last: it is what was promised', async () => {
    const { objects, ...others } = services();
    const plans = [1, 2].map((generation) => ({ ...stored(['DONE']), plan: { ...NOTHING, generation } }));
    for (const plan of plans) await storePlan(plan, { objects, ...others });
    const generationOf = async (name: string) =>
      JSON.parse(new TextDecoder().decode(await objects.get(`runs/r/${name}.json`))).generation;
    expect([await generationOf('first-plan'), await generationOf('plan')]).toEqual([1, 2]);
  });
});
