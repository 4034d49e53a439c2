import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate } from '../../lib/plan/allocate.ts';
import type { AllocateRequest } from '../../lib/plan/allocate-request.ts';
import { workerCost } from '../../lib/plan/price.ts';
import { type SlotFacts, slotOptions } from '../../lib/reshard/slot-options.ts';
import type { SlotRecord } from '../../lib/run/slot-store.ts';
import { openShard, pool, request, shardGraphs } from '../plan/requests.ts';

const NOW = 50_000;

function slot(name: string, changes: Partial<SlotRecord> = {}): SlotRecord {
  const rest = { startedAt: 0, until: NOW + 100_000, status: 'STARTED' as const };
  return { run: 'run', slot: name, pool: '1769-a', zone: 'a', memoryTierMiB: 1_769, ...rest, ...changes };
}

const runningIn = (id: string, remainingMs: number) => ({
  ...openShard(id, remainingMs),
  running: { pool: '1769-a', remainingMs },
});

function outlook(shards: AllocateRequest['shards'], changes: Partial<SlotFacts> = {}, asked: object = {}) {
  const allocation = request(shards, {
    now: NOW,
    newcomer: false,
    pools: [pool('a', 20)],
    startDelayMs: 1_000,
    ...asked,
  });
  const options = slotOptions({ allocation, slots: [], owners: [], grants: [], endSpread: 0.2, ...changes });
  if (!options) throw new Error('it has nothing to say');
  return options;
}

describe('slotOptions', () => {
  it('tries what is held first, then more as long as they end it sooner, then fewer as long as they end it hardly later', () => {
    const shards = Array.from({ length: 8 }, (_, at) => openShard(`o/${at}`, 10_000));
    const { kept, others } = outlook(shards, { slots: [slot('s-0'), slot('s-1')] });
    expect(kept).toMatchObject({ vcpuMax: 2, peakCount: 2, endAt: NOW + 41_000 });
    expect(others.map(({ vcpuMax, peakCount, endAt }) => [vcpuMax, peakCount, endAt - NOW])).toEqual([
      [3, 3, 31_000],
      [4.5, 4, 21_000],
      [6.75, 6, 21_000],
      [8, 8, 11_000],
    ]);
    const waves = outlook(shards.slice(0, 6), { slots: Array.from({ length: 5 }, (_, at) => slot(`s-${at}`)) });
    expect(waves.kept).toMatchObject({ vcpuMax: 5, endAt: NOW + 21_000 });
    expect(waves.others.map(({ vcpuMax, endAt }) => [vcpuMax, endAt - NOW])).toEqual([
      [6, 11_000],
      [5 / 1.5, 21_000],
    ]);
  });

  it('follows the path of the whole run: more slots do not end a chain sooner', () => {
    const chain = [openShard('a/0', 10_000), openShard('b/0', 10_000, ['narrow:a/0'])];
    const { kept, others } = outlook(chain, { slots: [slot('s-0')] });
    expect(new Set([kept, ...others].map(({ endAt }) => endAt))).toEqual(new Set([NOW + 21_000]));
  });

  it('counts slots that have ended or were dropped for nothing', () => {
    const gone = [slot('s-1', { status: 'ENDED' }), slot('s-2', { droppedAt: 9 })];
    expect(outlook([openShard('o/0', 10_000)], { slots: [slot('s-0'), ...gone] }).held.slotCount).toBe(1);
  });

  it('knows what slots without work cost until their grant ends, or the run', () => {
    const slots = [slot('s-0'), slot('s-1'), slot('s-2', { until: NOW + 5_000 })];
    const { held, kept } = outlook([runningIn('o/0', 30_000)], { slots, owners: ['s-1:call'] });
    // s-1 works for the 30 s that the run takes, s-0 does not, and s-2 not for its 5 s
    expect(held.idleUsd).toBeCloseTo(workerCost(1_769, 35_000), 12);
    expect(kept).toMatchObject({ idleUsd: 0, startCount: 0, surplus: ['s-0', 's-2'] });
  });

  it('lets whoever works at something go last', () => {
    const slots = [slot('s-0'), slot('s-1'), slot('s-2')];
    const shards = [runningIn('o/0', 30_000), openShard('o/1', 5_000), openShard('o/2', 5_000)];
    const { others } = outlook(shards, { slots, owners: ['s-0:call'] }, { startDelayMs: 5_000 });
    expect(others.find(({ vcpuMax }) => vcpuMax === 1)?.surplus).toEqual(['s-1', 's-2']);
  });

  it('keeps a slot whose next work comes within a few starts, and starts it again for what comes later', () => {
    const keptAfter = (restMs: number) =>
      outlook([runningIn('a/0', restMs), openShard('b/0', 9_000, ['wide:a']), openShard('b/1', 9_000, ['wide:a'])], {
        slots: [slot('s-0'), slot('s-1')],
        owners: ['s-0:call'],
      });
    expect(keptAfter(3_000).kept).toMatchObject({ surplus: [], startCount: 0 });
    expect(keptAfter(30_000).kept).toMatchObject({ surplus: ['s-1'], startCount: 1 });
    expect(keptAfter(30_000).held.startCount).toBe(0);
  });

  it('has as much as the plan had when nothing is left of it', () => {
    const grants = [{ pool: '1769-a', slotCount: 3, from: 0, until: NOW - 1 }];
    expect(outlook([openShard('o/0', 10_000)], { grants }).kept.vcpuMax).toBe(3);
  });

  it('has nothing to say while a shard has no place', () => {
    const allocation = request([openShard('o/0', 1)], { now: NOW, pools: [{ ...pool('a', 1), state: 'drained' }] });
    expect(slotOptions({ allocation, slots: [], owners: [], grants: [], endSpread: 0.2 })).toBeUndefined();
  });
});

describe('a plan within a limit of the run', () => {
  it('never uses more than it, but for what runs already and for its largest shard, and comes to an end', () => {
    let bindingCount = 0;
    fc.assert(
      fc.property(shardGraphs(), fc.integer({ min: 1, max: 6 }), (shards, ownVcpuMax) => {
        const pools = [1_769, 3_538, 7_076].flatMap((tier) => [pool('a', 6, tier), pool('b', 6, tier)]);
        const other = { run: 'other', slotCount: 4, from: 0, until: 9_000, guaranteed: false };
        const asked = request(shards, {
          pools,
          ledgers: [{ pool: '1769-a', slotMax: 6, holds: [other] }],
          vcpuMax: 40,
        });
        const plan = allocate({ ...asked, ownVcpuMax }, () => 0.5, { drawMax: 1 });
        expect(plan.placements).toHaveLength(shards.length);
        const vcpuOf = (id: string) => Number(id.split('-')[0]) / 1_769;
        const usedAt = (placements: typeof plan.placements, at: number) =>
          placements.reduce((sum, { pool: id, expectedStartAt, expectedEndAt }) => {
            return expectedStartAt <= at && at < expectedEndAt ? sum + vcpuOf(id) : sum;
          }, 0);
        const largest = Math.max(...plan.placements.map(({ pool: id }) => vcpuOf(id)));
        const most = Math.max(ownVcpuMax, largest);
        for (const { expectedStartAt } of plan.placements) {
          expect(usedAt(plan.placements, expectedStartAt)).toBeLessThanOrEqual(most + 1e-6);
        }
        const free = allocate(asked, () => 0.5, { drawMax: 1 }).placements;
        if (free.some(({ expectedStartAt }) => usedAt(free, expectedStartAt) > most)) bindingCount += 1;
      }),
    );
    expect(bindingCount).toBeGreaterThan(10);
  });
});
