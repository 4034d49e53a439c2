import fc from 'fast-check';
import { expect, it } from 'vitest';
import { slotGrants } from '../../lib/plan/slot-grants.ts';

const uses = fc.array(
  fc
    .record({
      pool: fc.constantFrom('p', 'q'),
      startAt: fc.nat({ max: 50 }),
      lengthMs: fc.integer({ min: 1, max: 20 }),
    })
    .map(({ pool, startAt, lengthMs }) => ({ pool, startAt, endAt: startAt + lengthMs })),
  { maxLength: 25 },
);

it('holds exactly what is used when a pause is never held through', () => {
  fc.assert(
    fc.property(uses, (used) => {
      const grants = slotGrants(used, -1);
      for (const pool of ['p', 'q']) {
        for (let moment = 0; moment <= 70; moment += 1) {
          const running = used.filter((use) => use.pool === pool && use.startAt <= moment && moment < use.endAt).length;
          expect(heldAt(grants, pool, moment)).toBe(running);
        }
      }
    }),
  );
});

it('holds through short pauses, and never more than the most that ran at once', () => {
  fc.assert(
    fc.property(uses, fc.nat({ max: 30 }), (used, keepMs) => {
      const grants = slotGrants(used, keepMs);
      for (const { from, until } of grants) expect(until).toBeGreaterThan(from);
      for (const pool of ['p', 'q']) {
        const own = used.filter((use) => use.pool === pool);
        const most = Math.max(0, ...own.map(({ startAt }) => countAt(own, startAt)));
        for (let moment = 0; moment <= 70; moment += 1) {
          expect(heldAt(grants, pool, moment)).toBeGreaterThanOrEqual(countAt(own, moment));
          expect(heldAt(grants, pool, moment)).toBeLessThanOrEqual(most);
        }
      }
    }),
  );
});

it('gives a slot back for a long pause only', () => {
  const twice = [
    { pool: 'p', startAt: 0, endAt: 10 },
    { pool: 'p', startAt: 20, endAt: 30 },
  ];
  expect(slotGrants(twice, 10)).toEqual([{ pool: 'p', slotCount: 1, from: 0, until: 30 }]);
  expect(slotGrants(twice, 9)).toEqual([
    { pool: 'p', slotCount: 1, from: 0, until: 10 },
    { pool: 'p', slotCount: 1, from: 20, until: 30 },
  ]);
});

function countAt(uses: readonly { readonly startAt: number; readonly endAt: number }[], moment: number): number {
  return uses.filter(({ startAt, endAt }) => startAt <= moment && moment < endAt).length;
}

function heldAt(grants: ReturnType<typeof slotGrants>, pool: string, moment: number): number {
  return grants
    .filter((grant) => grant.pool === pool && grant.from <= moment && moment < grant.until)
    .reduce((sum, { slotCount }) => sum + slotCount, 0);
}
