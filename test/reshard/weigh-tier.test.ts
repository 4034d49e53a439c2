import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vcpuOf } from '../../lib/core/vcpu.ts';
import { workerCost } from '../../lib/plan/price.ts';
import { decideReshard } from '../../lib/reshard/decide-reshard.ts';
import { type TierFacts, tierFacts } from '../../lib/reshard/tier-facts.ts';
import { weighTier } from '../../lib/reshard/weigh-tier.ts';
import { aRecord } from '../fixtures/a-record.ts';
import { anAttempt } from '../profile/an-attempt.ts';
import { operationOf, requestOf, running } from './requests.ts';

const facts = (changes: Partial<TierFacts> = {}): TierFacts => ({
  type: 't@1',
  memoryMiB: 3_538,
  tiersMiB: [1_769, 3_538, 7_076],
  waitingCount: 100,
  waitingMs: 1_000_000,
  peaksMiB: Array<number>(20).fill(900),
  cpuShare: 0.9,
  ...changes,
});
const operation = (changes: Partial<TierFacts> = {}) =>
  operationOf([running('op/0', 5_000)], { tiers: facts(changes) });
const weigh = (changes: Partial<TierFacts> = {}, request: Parameters<typeof requestOf>[1] = {}) =>
  weighTier(operation(changes), requestOf([], request));

describe('weighTier', () => {
  it('goes down when half of the memory would do: the same time costs half', () => {
    expect(weigh()).toMatchObject({
      change: 'tier-down',
      tier: { type: 't@1', memoryMiB: 1_769 },
      worth: true,
      savedMs: expect.closeTo(-(1_030_000 * (0.5 / 21) ** 2) / 10, 6),
    });
    // 1,000 s of work and 100 overheads, 0.5 of 21 again one tier higher, and so on
    const [once, again] = [1_000_000 + 100 * 300, 0.5 / 21];
    const inOne = workerCost(1_769, once) + again * workerCost(3_538, once) + again ** 2 * workerCost(7_076, once);
    const inTwo = workerCost(3_538, once) + again * workerCost(7_076, once);
    expect(weigh({}, { lateChance: 0 })?.gainUsd).toBeCloseTo(inTwo - inOne, 9);
    expect(weigh()?.costUsd).toBeCloseTo(workerCost(1_769, 10 * 600), 9);
  });

  it('goes up when memory is near its limit: what would run out of it is done twice', () => {
    const near = weigh({ peaksMiB: Array<number>(20).fill(3_300) }, { lateChance: 1 });
    expect(near).toMatchObject({ change: 'tier-up', tier: { memoryMiB: 7_076 }, worth: true });
    expect(near?.savedMs).toBeGreaterThan(0);
    // done twice, the second time at the higher price, is dearer in any case; one of twenty is not
    expect(weigh({ peaksMiB: Array<number>(20).fill(3_300) }, { lateChance: 0 })?.worth).toBe(true);
    expect(weigh({ peaksMiB: Array<number>(20).fill(2_000).with(0, 3_300) }, { lateChance: 0 })?.worth).toBe(false);
  });

  it('goes up from less than one vCPU when the CPU is what it waits for, and lateness costs', () => {
    const small = { memoryMiB: 884, tiersMiB: [884, 1_769], peaksMiB: Array<number>(20).fill(300) };
    const busy = weigh({ ...small, cpuShare: 1 }, { lateChance: 1 });
    expect(busy).toMatchObject({ change: 'tier-up', worth: true });
    // half an attempt of 21 is expected to be done again in the larger tier
    const longerMs = 1_000_000 * (1 / vcpuOf(884) - 1);
    expect(busy?.savedMs).toBeCloseTo((longerMs + 1_030_000 * (0.5 / 21)) / 10, 3);
    // one that waits for something else gains nothing
    expect(weigh({ ...small, cpuShare: 0 }, { lateChance: 1 })?.worth).toBe(false);
  });

  it('stays without evidence, for a few shards, and once it has gone down', () => {
    expect(weigh({ peaksMiB: Array<number>(7).fill(900) })).toBeUndefined();
    expect(weigh({ waitingCount: 1, waitingMs: 300 })?.worth).toBe(false);
    const [down] = decideReshard(requestOf([operation()])).filter(({ taken }) => taken);
    expect(down?.reason).toMatch(/^move t@1 from 3538 to 1769 MiB, 100 shards: [-+]0\.1 s, \+0\.0001/);
    expect(weigh({ memoryMiB: 1_769, peaksMiB: Array<number>(20).fill(1_700) }, { earlier: down ? [down] : [] })).toBe(
      undefined,
    );
  });

  it('never goes down to what an attempt has needed and more', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 100, max: 7_000 }), { minLength: 8, maxLength: 40 }), (peaksMiB) => {
        const moved = weigh({ peaksMiB, memoryMiB: 3_538 }, { lateChance: 0 });
        if (moved?.change === 'tier-down') expect(Math.max(...peaksMiB)).toBeLessThanOrEqual(0.9 * 1_769);
      }),
    );
  });
});

describe('tierFacts', () => {
  const attempt = (changes: Parameters<typeof anAttempt>[0]) =>
    anAttempt({ type: 'a@1', durationMs: 100, cpuMs: 50, ...changes });
  const terms = { tiersMiB: [1_769], predictedMs: () => 2_000 };

  it('knows what waits, the memory of what has ended, and how much of it was CPU', () => {
    const records = [
      aRecord({ state: 'BLOCKED' }),
      aRecord({ shard: 'a/1' }),
      aRecord({ shard: 'a/2', state: 'DONE' }),
    ];
    const attempts = [
      attempt({ peakMemoryMiB: 300, outcome: 'committed' }),
      attempt({ outcome: 'failed', error: 'OutOfMemory', peakMemoryMiB: 5 }),
      attempt({ outcome: 'failed', error: 'TaskFailed', peakMemoryMiB: 9 }),
      attempt({ type: 'other@1', outcome: 'committed', peakMemoryMiB: 9_000 }),
    ];
    expect(tierFacts({ attempts, records }, terms)).toMatchObject({
      ...{ type: 'a@1', memoryMiB: 1_769, waitingCount: 2, waitingMs: 4_000, cpuShare: 0.5 },
      peaksMiB: [300, Number.POSITIVE_INFINITY],
    });
  });

  it('is nothing while nothing waits, or nothing has committed', () => {
    const done = attempt({ outcome: 'committed' });
    expect(tierFacts({ attempts: [done], records: [aRecord({ state: 'RUNNING' })] }, terms)).toBeUndefined();
    expect(tierFacts({ attempts: [], records: [aRecord()] }, terms)).toBeUndefined();
  });
});
