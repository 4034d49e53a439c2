import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../lib/adapters/embedded/memory-table.ts';
import { seededRandom } from '../../lib/core/random.ts';
import { nextReady } from '../../lib/run/next-ready.ts';
import { updatePlan } from '../../lib/run/update-plan.ts';
import { startRun, TIER_MIB } from './run-fixture.ts';

describe('nextReady', () => {
  it('gives the own zone first, each zone its best shard first, and with chance the others in any order', async () => {
    const table = memoryTable();
    const run = await startRun(table, [{ id: 'a', shardCount: 8 }]);
    const placements = Array.from({ length: 8 }, (_, index) => ({
      shard: `a/${index}`,
      memoryTierMiB: TIER_MIB,
      zone: index < 2 ? 'az2' : 'az1',
      rank: String(index),
    }));
    await updatePlan(table, { run, generation: 1 }, placements);
    const query = { run, memoryTierMiB: TIER_MIB, zone: 'az1', limit: 8 };
    const ids = async (seed?: number) =>
      (await nextReady(table, { ...query, ...(seed !== undefined && { random: seededRandom(seed) }) })).map(
        ({ shard }) => Number(shard.slice(2)),
      );
    expect(await ids()).toEqual([2, 3, 4, 5, 6, 7, 0, 1]);
    const orders = await Promise.all(Array.from({ length: 20 }, (_, seed) => ids(seed)));
    for (const order of orders) {
      expect([order[0], order.slice(6)]).toEqual([2, [0, 1]]);
      expect(order.slice(1, 6).toSorted()).toEqual([3, 4, 5, 6, 7]);
    }
    expect(new Set(orders.map((order) => order.join())).size).toBeGreaterThan(10);
  });
});
