import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { staticStability } from '../../lib/plan/static-stability.ts';
import { pool } from './requests.ts';

const zones = fc.array(fc.nat({ max: 20 }), { minLength: 2, maxLength: 4 });
const grants = fc.array(
  fc.record({
    zone: fc.nat({ max: 3 }),
    slotCount: fc.integer({ min: 1, max: 5 }),
    from: fc.nat({ max: 10 }),
    length: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: 1, maxLength: 12 },
);

describe('staticStability', () => {
  it('knows the most that a plan wants at a time, and calls stable only what fits without any one zone', () => {
    fc.assert(
      fc.property(zones, grants, (sizes, asked) => {
        const pools = [...sizes.map((slotMax, zone) => pool(`z${zone}`, slotMax)), pool('regional', 2)];
        const granted = asked.map(({ zone, slotCount, from, length }) => {
          return { pool: `1769-z${zone % sizes.length}`, slotCount, from, until: from + length };
        });
        const [tier] = staticStability(granted, pools);
        const at = (moment: number) => granted.filter(({ from, until }) => from <= moment && moment < until);
        const counts = Array.from({ length: 16 }, (_, moment) =>
          at(moment).reduce((sum, one) => sum + one.slotCount, 0),
        );
        expect(tier?.slotCount).toBe(Math.max(...counts));
        if (!tier || tier.slotCount > tier.guaranteedCount) return;
        for (const lost of sizes) {
          const left = sizes.reduce((sum, size) => sum + size, 2) - lost;
          expect(left).toBeGreaterThanOrEqual(tier.slotCount);
        }
      }),
    );
  });

  it('says nothing of tiers that are not used, and where there is no other zone', () => {
    const granted = [{ pool: '1769-a', slotCount: 1, from: 0, until: 1 }];
    expect(staticStability(granted, [pool('a', 5), pool('regional', 5)])).toEqual([]);
    expect(staticStability(granted, [pool('a', 5), { ...pool('b', 5), state: 'drained' }])).toEqual([]);
    expect(staticStability([], [pool('a', 5), pool('b', 5)])).toEqual([]);
    expect(staticStability(granted, [pool('a', 5), pool('b', 5), pool('a', 9, 3_538), pool('b', 9, 3_538)])).toEqual([
      { memoryMiB: 1_769, slotCount: 1, guaranteedCount: 4 },
    ]);
  });
});
