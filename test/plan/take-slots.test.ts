import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grantSlots } from '../../lib/plan/grant-slots.ts';
import { heldAt, type PoolLedger, type SlotHold, type SlotWait } from '../../lib/plan/pool-ledger.ts';
import { HOLD_MARGIN_MS, takeSlots } from '../../lib/plan/take-slots.ts';

const SLOT_MAX = 6;
const NOW = 10;
const MINUTE_MS = 60_000;

const holds: fc.Arbitrary<SlotHold> = fc
  .record({
    run: fc.constantFrom('own', 'r1', 'r2'),
    slotCount: fc.integer({ min: 1, max: 4 }),
    from: fc.nat({ max: 20 }),
    lengthMs: fc.integer({ min: 1, max: 30 }),
  })
  .map(({ from, lengthMs, ...hold }) => ({
    ...hold,
    from: from * MINUTE_MS,
    until: (from + lengthMs) * MINUTE_MS,
    guaranteed: false,
  }));

const waits: fc.Arbitrary<SlotWait> = fc.record({
  run: fc.constantFrom('w1', 'w2', 'w3'),
  slotCount: fc.integer({ min: 1, max: 4 }),
  lengthMs: fc.integer({ min: 1, max: 20 * MINUTE_MS }),
  turnAt: fc.nat({ max: 9 }),
  until: fc.constantFrom(NOW, NOW + MINUTE_MS),
});

const ledgers = fc
  .record({ asked: fc.array(holds, { maxLength: 8 }), waiting: fc.uniqueArray(waits, { selector: ({ run }) => run }) })
  .map(({ asked, waiting }) =>
    asked.reduce<PoolLedger>(
      (ledger, hold) => {
        const outcome = grantSlots(ledger, hold);
        return outcome.granted ? outcome.ledger : ledger;
      },
      { pool: 'p', slotMax: SLOT_MAX, holds: [], waits: waiting },
    ),
  );

const grants = fc
  .record({
    slotCount: fc.integer({ min: 1, max: SLOT_MAX }),
    from: fc.nat({ max: 20 }),
    lengthMs: fc.integer({ min: 1, max: 20 }),
  })
  .map(({ slotCount, from, lengthMs }) => ({
    pool: 'p',
    slotCount,
    from: NOW + from * MINUTE_MS,
    until: NOW + (from + lengthMs) * MINUTE_MS,
  }));

const requests = fc.record({ ledger: ledgers, asked: fc.array(grants, { maxLength: 3 }), turnAt: fc.nat({ max: 9 }) });

/** Every moment at which anything may change. */
function momentsOf(...seen: readonly PoolLedger[]): readonly number[] {
  return [NOW, ...seen.flatMap(({ holds: held }) => held.flatMap(({ from, until }) => [from, until - 1]))].filter(
    (at) => at >= NOW,
  );
}

const ownAt = ({ holds: held }: PoolLedger, at: number) =>
  held
    .filter(({ run, from, until }) => run === 'own' && from <= at && at < until)
    .reduce((sum, { slotCount }) => sum + slotCount, 0);

function takenBy({ ledger, asked, turnAt }: { ledger: PoolLedger; asked: never[]; turnAt: number }): PoolLedger {
  return takeSlots(ledger, { turn: { run: 'own', turnAt }, asked, seen: undefined, now: NOW }).ledger ?? ledger;
}

describe('takeSlots', () => {
  it('never lets more be held than the pool has', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const after = takenBy(request as never);
        for (const at of momentsOf(after)) expect(heldAt(after, at)).toBeLessThanOrEqual(SLOT_MAX);
      }),
    );
  });

  it('takes nothing that it did not hold from those who wait and come first', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { ledger, turnAt } = request;
        const after = takenBy(request as never);
        const first = (ledger.waits ?? []).filter((wait) => wait.until > NOW && wait.turnAt < turnAt);
        const neededCount = first.reduce((sum, { slotCount }) => sum + slotCount, 0);
        for (const at of momentsOf(ledger, after)) {
          if (ownAt(after, at) <= ownAt(ledger, at)) continue;
          expect(SLOT_MAX - heldAt(after, at)).toBeGreaterThanOrEqual(neededCount);
        }
      }),
    );
  });

  it('keeps what it held, as far as it still wants it, whoever waits', () => {
    fc.assert(
      fc.property(requests, grants, (request, grant) => {
        const { ledger } = request;
        const after = takenBy({ ...request, asked: [grant] } as never);
        for (const at of momentsOf(ledger, after)) {
          if (at < grant.from || at >= grant.until) continue;
          const held = ledger.holds.filter((hold) => hold.run === 'own' && hold.from <= grant.from && hold.until > at);
          const keptCount = held.reduce((sum, { slotCount }) => sum + slotCount, 0);
          expect(ownAt(after, at)).toBeGreaterThanOrEqual(Math.min(grant.slotCount, keptCount));
        }
      }),
    );
  });

  it('takes for longer than it held nothing that others wait for', () => {
    const hold = { run: 'own', slotCount: 4, from: 0, until: 5 * MINUTE_MS, guaranteed: false };
    const wait = { run: 'w1', slotCount: 3, lengthMs: MINUTE_MS, turnAt: 5, until: MINUTE_MS };
    const ledger = { pool: 'p', slotMax: 4, holds: [hold], waits: [wait] };
    const asked = [{ pool: 'p', slotCount: 4, from: NOW, until: 20 * MINUTE_MS }];
    const grantsWith = (turnAt: number) =>
      takeSlots(ledger, { turn: { run: 'own', turnAt }, asked, seen: undefined, now: NOW }).answer.grants;
    expect(grantsWith(4)).toEqual(asked);
    expect(grantsWith(6)).toEqual([
      { pool: 'p', slotCount: 1, from: NOW, until: 20 * MINUTE_MS },
      { pool: 'p', slotCount: 3, from: NOW, until: 5 * MINUTE_MS },
    ]);
    expect(HOLD_MARGIN_MS).toBeGreaterThan(5 * MINUTE_MS);
  });
});
