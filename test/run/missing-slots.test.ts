import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../lib/plan/plan.ts';
import type { Pool } from '../../lib/plan/pool.ts';
import { missingSlots } from '../../lib/run/missing-slots.ts';
import type { SlotRecord } from '../../lib/run/slot-store.ts';

const POOLS: readonly Pool[] = ['az1', 'az2'].map((zone) => ({
  id: `1769-${zone}`,
  functionName: `worker-1769-${zone}`,
  memoryMiB: 1_769,
  zone,
  state: 'open',
  slotMax: 10,
}));

const grants = fc.array(
  fc.record({
    pool: fc.constantFrom('1769-az1', '1769-az2'),
    slotCount: fc.integer({ min: 1, max: 4 }),
    from: fc.nat(10),
    until: fc.integer({ min: 11, max: 20 }),
  }),
  { maxLength: 4 },
);

/** Slots are started this long before their grant begins. */
const LEAD = 3;

const plan = (of: readonly Plan['grants'][number][], run = 'r') => ({ run, grants: [...of] }) as unknown as Plan;

describe('missingSlots', () => {
  it('brings every pool to the slots that are granted at the moment, whatever ended before, under new names', () => {
    fc.assert(
      fc.property(
        grants,
        fc.array(fc.record({ end: fc.array(fc.boolean()), now: fc.nat(25) }), { maxLength: 5 }),
        (given, looks) => {
          let slots: SlotRecord[] = [];
          for (const { end, now } of looks) {
            slots = slots.map((slot, at) => (end[at] ? { ...slot, status: 'ENDED' as const } : slot));
            const liveIn = (pool: string) => slots.filter((s) => s.pool === pool && s.status === 'STARTED').length;
            const before = new Map(POOLS.map(({ id }) => [id, liveIn(id)]));
            const missing = missingSlots(plan(given), { pools: POOLS, slots, now, startDelayMs: LEAD });
            slots.push(...missing.map(({ functionName: _, ...slot }) => slot));
            for (const { id } of POOLS) {
              const active = given.filter(({ pool, from, until }) => pool === id && from <= now + LEAD && now < until);
              const wanted = active.reduce((sum, { slotCount }) => sum + slotCount, 0);
              expect(liveIn(id)).toBe(Math.max(wanted, before.get(id) ?? 0));
            }
            for (const { until, functionName, pool } of missing) {
              expect(until).toBeGreaterThan(now);
              expect(functionName).toBe(`worker-${pool}`);
            }
          }
          expect(new Set(slots.map(({ slot }) => slot)).size).toBe(slots.length);
        },
      ),
    );
  });

  it('gives names that an execution may have, and runs with long names that begin alike get names of their own', () => {
    const alike = 'x'.repeat(79);
    const granted = [{ pool: '1769-az1', slotCount: 2, from: 0, until: 9 }];
    const names = ['a', 'b'].flatMap((last) =>
      missingSlots(plan(granted, `${alike}${last}`), { pools: POOLS, slots: [], now: 1, startDelayMs: 0 }).map(
        ({ slot }) => slot,
      ),
    );
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(/^[\w-]{1,80}$/);
  });
});
