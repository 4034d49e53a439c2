import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expireHolds, freeSlots, grantSlots, releaseSlots } from '../../lib/plan/grant-slots.ts';
import { guaranteedSlots } from '../../lib/plan/guaranteed-slots.ts';
import { heldAt, type PoolLedger, type SlotHold } from '../../lib/plan/pool-ledger.ts';
import { pool } from './requests.ts';

const holds: fc.Arbitrary<SlotHold> = fc
  .record({
    run: fc.constantFrom('r1', 'r2', 'r3'),
    slotCount: fc.integer({ min: 1, max: 4 }),
    from: fc.nat({ max: 20 }),
    lengthMs: fc.integer({ min: 1, max: 10 }),
    guaranteed: fc.boolean(),
  })
  .map(({ from, lengthMs, ...hold }) => ({ ...hold, from, until: from + lengthMs }));

describe('grantSlots', () => {
  it('never lets more be held than the pool has, nor more guaranteed than survives, at any moment', () => {
    fc.assert(
      fc.property(fc.array(holds, { maxLength: 30 }), (asked) => {
        const ledger = grantAll(asked);
        for (let moment = 0; moment <= 30; moment += 1) {
          expect(heldAt(ledger, moment)).toBeLessThanOrEqual(6);
          const safe = { ...ledger, holds: ledger.holds.filter(({ guaranteed }) => guaranteed) };
          expect(heldAt(safe, moment)).toBeLessThanOrEqual(4);
        }
      }),
    );
  });

  it('says what would have been granted instead, and when all of it', () => {
    fc.assert(
      fc.property(fc.array(holds, { maxLength: 20 }), holds, (asked, wanted) => {
        const ledger = grantAll(asked);
        const outcome = grantSlots(ledger, wanted, 4);
        if (outcome.granted) return;
        expect(outcome.freeSlotCount).toBeLessThan(wanted.slotCount);
        if (outcome.freeSlotCount > 0) {
          expect(grantSlots(ledger, { ...wanted, slotCount: outcome.freeSlotCount }, 4).granted).toBe(true);
        }
        const from = outcome.freeAt;
        if (from === undefined) throw new Error('four slots are always free in the end');
        expect(grantSlots(ledger, { ...wanted, from, until: from + wanted.until - wanted.from }, 4).granted).toBe(true);
      }),
    );
  });

  it('is undone by a release, however often it is repeated', () => {
    const before = grantAll([]);
    const outcome = grantSlots(before, { run: 'r1', slotCount: 2, from: 0, until: 5, guaranteed: true });
    if (!outcome.granted) throw new Error('an empty pool grants');
    expect(freeSlots(outcome.ledger, 0)).toBe(4);
    expect(freeSlots(outcome.ledger, 0, 'r1')).toBe(6);
    expect(releaseSlots(releaseSlots(outcome.ledger, 'r1'), 'r1')).toEqual(before);
    expect(expireHolds(outcome.ledger, 4).holds).toHaveLength(1);
    expect(expireHolds(outcome.ledger, 5)).toEqual(before);
  });
});

describe('guaranteedSlots', () => {
  it('guarantees no more than is left of a tier without its largest zone', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 50 }), { minLength: 2, maxLength: 5 }), (sizes) => {
        const guaranteed = guaranteedSlots(sizes.map((slotMax, zone) => pool(`z${zone}`, slotMax)));
        const all = [...guaranteed.values()].reduce((sum, count) => sum + count, 0);
        expect(all).toBeLessThanOrEqual(sizes.reduce((sum, size) => sum + size, 0) - Math.max(...sizes));
      }),
    );
  });

  it('guarantees everything where there is one zone or none, and nothing in a drained pool', () => {
    expect(guaranteedSlots([pool('a', 5)]).get('1769-a')).toBe(5);
    expect(guaranteedSlots([pool('regional', 5), pool('a', 5), pool('b', 5)]).get('1769-regional')).toBe(5);
    expect(guaranteedSlots([{ ...pool('a', 5), state: 'drained' }]).get('1769-a')).toBe(0);
  });
});

function grantAll(asked: readonly SlotHold[]): PoolLedger {
  return asked.reduce<PoolLedger>(
    (ledger, hold) => {
      const outcome = grantSlots(ledger, hold, 4);
      return outcome.granted ? outcome.ledger : ledger;
    },
    { pool: 'p', slotMax: 6, holds: [] },
  );
}
