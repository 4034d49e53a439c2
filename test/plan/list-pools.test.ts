import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Settings } from '../../lib/core/settings.ts';
import { listPools, probedZones } from '../../lib/plan/list-pools.ts';

const slotsOf = (pools: ReturnType<typeof listPools>) => pools.map(({ zone, slotMax }) => [zone, slotMax]);

describe('listPools, with a zone on probe', () => {
  it.each([
    [[1_769], [3]],
    [
      [1_769, 3_538],
      [2, 1],
    ],
    [
      [1_769, 2_048, 3_538, 7_076],
      [1, 1, 1, 0],
    ],
  ])('shares three probes out over the tiers %j, and leaves other pools as they are', (tiersMiB, shares) => {
    const settings = Settings.parse({ zones: ['az1', 'az2'], tiersMiB, vcpuMax: 1_000, slotMax: 10 });
    const starts = new Map([
      ['az1', 3],
      ['az2', Number.POSITIVE_INFINITY],
    ]);
    const pools = listPools(settings, new Set(), starts);
    expect(slotsOf(pools.filter(({ probed }) => probed))).toEqual(shares.map((share) => ['az1', share]));
    const others = ({ zone }: { zone: string }) => zone !== 'az1';
    expect(pools.filter(others)).toEqual(listPools(settings, new Set()).filter(others));
    expect(probedZones(starts)).toEqual(['az1']);
  });

  it('never gives the zone more than its limit, nor a pool more than it has, and wastes nothing that fits', () => {
    const tiers = fc.uniqueArray(fc.integer({ min: 1_769, max: 10_240 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(tiers, fc.nat(40), fc.integer({ min: 1, max: 20 }), (sizes, limit, slotMax) => {
        const tiersMiB = sizes.toSorted((a, b) => a - b);
        const settings = Settings.parse({ zones: ['az1'], regional: false, tiersMiB, vcpuMax: 1_000, slotMax });
        const full = listPools(settings, new Set());
        const probed = listPools(settings, new Set(), new Map([['az1', limit]]));
        const total = probed.reduce((sum, pool) => sum + pool.slotMax, 0);
        expect(total).toBeLessThanOrEqual(limit);
        for (const [index, pool] of probed.entries()) {
          expect(pool.slotMax).toBeLessThanOrEqual(full[index]?.slotMax ?? 0);
        }
        if (limit <= slotMax) expect(total).toBe(limit);
      }),
    );
  });
});
