import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { allocate } from '../../lib/plan/allocate.ts';
import type { AllocateRequest } from '../../lib/plan/allocate-request.ts';
import { type Placement, Plan } from '../../lib/plan/plan.ts';
import { vcpuOf } from '../../lib/plan/pool.ts';
import { certainNeed, needWithin, openShard, pool, request, shardGraphs } from './requests.ts';

const POOLS = [pool('a', 2), pool('b', 1), pool('a', 1, 3_538), pool('a', 2, 7_076), pool('regional', 1)];

describe('allocate', () => {
  it('places every shard after what it needs, and never more in a pool or in all than there is', () => {
    fc.assert(
      fc.property(shardGraphs(), fc.integer({ min: 4, max: 12 }), fc.boolean(), (shards, vcpuMax, held) => {
        const holds = held ? [{ run: 'other', slotCount: 1, from: 0, until: 5_000, guaranteed: false }] : [];
        const asked = request(shards, {
          pools: POOLS,
          vcpuMax,
          ledgers: [{ pool: '1769-a', slotMax: 2, holds }],
          newTypes: ['o0@1'],
        });
        const plan = planOf(asked);
        expect(plan.placements.length).toBe(shards.length);
        expectPrecedence(asked, plan);
        expectCapacity(asked, plan);
        expectGrantsToCover(asked, plan);
      }),
    );
  });

  it('places nothing before it has arrived, asks for its slot by then, and for the first that is due first', () => {
    const arrivals = [6_000, 6_000, 30_000].map((opensInMs, at) => ({
      ...openShard(`a/${at}`, 2_000),
      arrival: { opensInMs, dueInMs: at === 1 ? 9_000 : 40_000 },
    }));
    const plan = planOf(request([openShard('b', 1_000), ...arrivals], { pools: [pool('a', 1)], startDelayMs: 100 }));
    expect(plan.placements.map(({ shard, expectedStartAt }) => [shard, expectedStartAt])).toEqual([
      ['b', 100],
      ['a/0', 8_000],
      ['a/1', 6_000],
      ['a/2', 30_000],
    ]);
    expect(plan.grants.map(({ from, until }) => [from, until])).toEqual([
      [100, 1_100],
      [6_000, 10_000],
      [30_000, 32_000],
    ]);
    expect(plan.queue).toEqual([]);
  });

  it('leaves no slot free while a shard could run in it', () => {
    fc.assert(
      fc.property(shardGraphs(), (shards) => {
        const certain = shards.map(({ running: _, ...shard }) => ({
          ...shard,
          need: certainNeed(shard.need.durationMs.point),
        }));
        const asked = request(certain, { pools: [pool('a', 2)] });
        const { placements } = planOf(asked);
        for (const one of placements) {
          const readyAt = Math.max(0, ...before(asked, one).map((id) => endOf(placements, id)));
          for (const moment of [readyAt, ...placements.map((other) => other.expectedEndAt)]) {
            if (moment < readyAt || moment >= one.expectedStartAt) continue;
            expect(placements.filter((other) => runsAt(other, moment)).length).toBe(2);
          }
        }
      }),
    );
  });

  it('claims the shard with the longest way behind it first', () => {
    const shards = [openShard('short/0', 10), openShard('long/0', 10), openShard('after/0', 500, ['wide:long'])];
    const { placements } = planOf(request(shards));
    const ranks = placements.toSorted((a, b) => (a.rank < b.rank ? -1 : 1)).map(({ shard }) => shard);
    expect(ranks).toEqual(['long/0', 'after/0', 'short/0']);
  });

  it('claims in an order that ends sooner than the upward rank, where run times are known', () => {
    const shards = [3_000, 3_000, 2_000, 2_000, 2_000].map((ms, index) => openShard(`a/${index}`, ms));
    const unsure = shards.map((one) => ({ ...one, need: needWithin(one.need.durationMs.point, 3) }));
    const two = { pools: [pool('a', 2)] };
    expect(planOf(request(unsure, two)).expectedEndAt).toBe(7_000);
    const { placements, expectedEndAt } = planOf(request(shards, two));
    expect(expectedEndAt).toBe(6_000);
    // two slots that claim by rank and nothing else come to the same end
    const ends: [number, number] = [0, 0];
    for (const { shard } of placements.toSorted((a, b) => (a.rank < b.rank ? -1 : 1))) {
      const slot = ends[0] <= ends[1] ? 0 : 1;
      ends[slot] += shards.find(({ id }) => id === shard)?.need.durationMs.point ?? 0;
    }
    expect(Math.max(...ends)).toBe(6_000);
  });

  it('spreads a run over the zones, and takes regional pools only for what has no room there', () => {
    const shards = Array.from({ length: 5 }, (_, index) => openShard(`a/${index}`, 1_000));
    const { placements } = planOf(request(shards, { pools: [pool('regional', 4), pool('a', 2), pool('b', 2)] }));
    expect(placements.map((one) => one.pool).sort()).toEqual(['1769-a', '1769-a', '1769-b', '1769-b', '1769-regional']);
  });

  it('starts nothing in a drained pool', () => {
    const drained = { ...pool('a', 9), state: 'drained' as const };
    const { placements } = planOf(
      request([openShard('a/0', 10), openShard('a/1', 10)], { pools: [drained, pool('b', 1)] }),
    );
    expect(placements.map((one) => [one.pool, one.expectedStartAt])).toEqual([
      ['1769-b', 0],
      ['1769-b', 10],
    ]);
  });

  it('queues a run whose slots are held by others, with the moment at which they come free', () => {
    const ledgers = [{ pool: '1769-a', slotMax: 1, holds: [hold('other', 1, 7_000)] }];
    const { queue, placements } = planOf(request([openShard('a/0', 10)], { pools: [pool('a', 1)], ledgers }));
    expect(queue).toEqual([{ shard: 'a/0', expectedStartAt: 7_000 }]);
    expect(placements[0]?.expectedStartAt).toBe(7_000);
  });

  it('counts its own holds as free', () => {
    const ledgers = [{ pool: '1769-a', slotMax: 1, holds: [hold('run', 1, 7_000)] }];
    expect(planOf(request([openShard('a/0', 10)], { pools: [pool('a', 1)], ledgers })).queue).toEqual([]);
  });

  it('goes on from what runs already', () => {
    const running = { ...openShard('a/0', 9_000), running: { pool: '1769-a', remainingMs: 4_000 } };
    const { placements } = planOf(
      request([running, openShard('b/0', 1_000, ['wide:a'])], { now: 50_000, generation: 2 }),
    );
    expect(placements.map((one) => [one.expectedStartAt, one.expectedEndAt])).toEqual([
      [50_000, 54_000],
      [54_000, 55_000],
    ]);
  });

  it('tries a new type with its first shards, and holds the others back until then', () => {
    const shards = Array.from({ length: 4 }, (_, index) => openShard(`a/${index}`, 1_000));
    const { canaries, placements } = planOf(request(shards, { newTypes: ['a@1'] }));
    expect(canaries).toEqual([{ type: 'a@1', shards: ['a/0', 'a/1'], verdict: 'waiting' }]);
    expect(placements.map((one) => one.expectedStartAt)).toEqual([0, 0, 1_000, 1_000]);
  });

  it('tries nothing when just the trial would miss the deadline', () => {
    const shards = Array.from({ length: 4 }, (_, index) => openShard(`a/${index}`, 1_000));
    const { canaries, expectedEndAt } = planOf(request(shards, { newTypes: ['a@1'], deadlineAt: 1_500 }));
    expect([canaries, expectedEndAt]).toEqual([[], 1_000]);
  });

  it('gives a demoted type the next tier, and a shard the tier that its last attempt asked for', () => {
    const pools = [pool('a', 4), pool('a', 4, 3_538), pool('a', 4, 7_076)];
    const canaries = [{ type: 'a@1', shards: ['a/9'], verdict: 'demoted' as const }];
    const shards = [openShard('a/0', 10), { ...openShard('b/0', 10), memoryMinMiB: 5_000 }];
    expect(planOf(request(shards, { pools, canaries })).placements.map((one) => one.pool)).toEqual([
      '3538-a',
      '7076-a',
    ]);
  });

  it('has a chance near one half when the deadline is the median, and more with more time', () => {
    const shards = [{ ...openShard('a/0', 1_000), need: needWithin(1_000, 1.5) }];
    const { chance } = planOf(request(shards, { deadlineAt: 1_000 }));
    expect(chance).toBeGreaterThan(0.45); // 1,000 samples: a standard error of 0.016
    expect(chance).toBeLessThan(0.55);
    expect(planOf(request(shards, { deadlineAt: 1_500 })).chance).toBeGreaterThan(0.93); // the upper end at level 0.9
  });

  it('says by when it ends with the asked chance, also when what runs has no time left', () => {
    const shards = [{ ...openShard('a/0', 1_000), need: needWithin(1_000, 1.5) }];
    const { safeEndAt = 0, chance } = planOf(request(shards, { deadlineAt: 1_000 }));
    // the quantile at 0.95 of a lognormal with median 1 s whose upper end at level 0.9 is 1.5 s
    expect(safeEndAt / 1_500).toBeCloseTo(1, 1);
    expect(planOf(request(shards, { deadlineAt: safeEndAt, chance })).chance).toBeCloseTo(0.95, 2);
    const over = { ...openShard('a/0', 1_000), running: { pool: '1769-a', remainingMs: 0 } };
    expect(planOf(request([over])).safeEndAt).toBe(0);
  });

  it('knows of stragglers, and of copies where there are some', () => {
    const need = { ...needWithin(1_000, 1.2), stragglerShare: 0.05 };
    const shards = Array.from({ length: 4 }, (_, index) => ({ ...openShard(`a/${index}`, 1_000), need }));
    const chanceBy = (changes: Partial<AllocateRequest>) =>
      planOf(request(shards, { deadlineAt: 3_000, ...changes })).chance;
    // none of four is slow by more than three times: (1 - 0.05 · 5/6)^4 = 0.844
    expect(chanceBy({})).toBeGreaterThan(0.81);
    expect(chanceBy({})).toBeLessThan(0.875);
    expect(chanceBy({ speculation: true })).toBeGreaterThan(0.98);
  });

  it('counts on slots that others take in turn when a shard is late: claims wait for no particular slot', () => {
    // 40 shards in 4 slots: in a fixed order each slot would add up its own ten errors
    const uncertain = (index: number) => ({ ...openShard(`a/${index}`, 1_000), need: needWithin(1_000, 2) });
    const { safeEndAt = 0 } = planOf(request(Array.from({ length: 40 }, (_, index) => uncertain(index))));
    expect(safeEndAt).toBeLessThan(16_500);
    expect(safeEndAt).toBeGreaterThan(12_000);
  });

  it('is the same plan for the same request', () => {
    const asked = request([openShard('a/0', 10), openShard('b/0', 10)], { newTypes: ['a@1'] });
    expect(JSON.stringify(planOf(asked))).toBe(JSON.stringify(planOf(asked)));
  });
});

function planOf(asked: AllocateRequest): Plan {
  return Plan.parse(allocate(asked, seededRandom(1)));
}

function hold(run: string, slotCount: number, until: number) {
  return { run, slotCount, from: 0, until, guaranteed: true };
}

/** The shards that must have ended before one starts, by its needs as core/ids defines them. */
function before({ shards }: AllocateRequest, { shard }: Placement): readonly string[] {
  const needs = shards.find(({ id }) => id === shard)?.needs ?? [];
  return shards
    .filter(({ id, operation }) => needs.includes(`wide:${operation}`) || needs.includes(`narrow:${id}`))
    .map(({ id }) => id);
}

function endOf(placements: readonly Placement[], shard: string): number {
  return placements.find((one) => one.shard === shard)?.expectedEndAt ?? Number.NaN;
}

function runsAt({ expectedStartAt, expectedEndAt }: Placement, moment: number): boolean {
  return expectedStartAt <= moment && moment < expectedEndAt;
}

function expectPrecedence(asked: AllocateRequest, { placements, canaries }: Plan): void {
  for (const one of placements) {
    for (const id of before(asked, one)) expect(one.expectedStartAt).toBeGreaterThanOrEqual(endOf(placements, id));
  }
  for (const { type, shards } of canaries) {
    const others = placements.filter(({ shard }) => typeOf(asked, shard) === type && !isRunning(asked, shard));
    for (const one of others.filter(({ shard }) => !shards.includes(shard))) {
      for (const id of shards) expect(one.expectedStartAt).toBeGreaterThanOrEqual(endOf(placements, id));
    }
  }
}

function typeOf({ shards }: AllocateRequest, shard: string): string | undefined {
  return shards.find(({ id }) => id === shard)?.type;
}

function isRunning({ shards }: AllocateRequest, shard: string): boolean {
  return shards.some(({ id, running }) => id === shard && running !== undefined);
}

function expectCapacity({ pools, ledgers, vcpuMax }: AllocateRequest, { placements }: Plan): void {
  for (const { expectedStartAt: moment } of placements) {
    const others = ledgers.flatMap(({ holds }) => holds).filter(({ until }) => moment < until);
    let vcpu = others.reduce((sum, { slotCount }) => sum + slotCount, 0);
    for (const { id, slotMax, memoryMiB } of pools) {
      const own = placements.filter((one) => one.pool === id && runsAt(one, moment)).length;
      const held = id === '1769-a' ? others.length : 0;
      expect(own + held).toBeLessThanOrEqual(slotMax);
      vcpu += own * vcpuOf(memoryMiB);
    }
    expect(vcpu).toBeLessThanOrEqual(vcpuMax + 1e-9); // sums of vCPU fractions
  }
}

function expectGrantsToCover({ pools }: AllocateRequest, { placements, grants }: Plan): void {
  for (const { expectedStartAt: moment } of placements) {
    for (const { id, slotMax } of pools) {
      const used = placements.filter((one) => one.pool === id && runsAt(one, moment)).length;
      const granted = grants
        .filter((grant) => grant.pool === id && grant.from <= moment && moment < grant.until)
        .reduce((sum, { slotCount }) => sum + slotCount, 0);
      expect(granted).toBeGreaterThanOrEqual(used);
      expect(granted).toBeLessThanOrEqual(slotMax);
    }
  }
}
