import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLeftTo, PARTS_MAX, partsOf, RefreshPart } from '../../lib/run/refresh-part.ts';

const types = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 60 });

describe('the parts of a refresh', () => {
  it('have every type that was not read in exactly one of them, and no other', () => {
    fc.assert(
      fc.property(types, fc.nat(20), fc.integer({ min: 1, max: 5_000 }), (names, done, left) => {
        const parts = partsOf(done, left, 1_000);
        for (const [index, type] of names.entries()) {
          const readUntil = [undefined, 999, 1_000][index % 3];
          const holders = parts.filter((part) =>
            isLeftTo(part, { type, ...(readUntil !== undefined && { readUntil }) }),
          );
          expect(holders).toHaveLength(readUntil === 1_000 ? 0 : 1);
        }
      }),
    );
  });

  it('are as many as calls like the first one would be needed, four at the most, and what their schema takes', () => {
    expect([partsOf(100, 0, 0), partsOf(100, 100, 0), partsOf(100, 101, 0)].map(({ length }) => length)).toEqual([
      0, 1, 2,
    ]);
    expect(partsOf(0, 900, 0)).toHaveLength(PARTS_MAX);
    for (const part of partsOf(1, 900, 5)) expect(RefreshPart.parse(part)).toEqual(part);
    expect(RefreshPart.safeParse({ index: 2, count: 2, startedAt: 0 }).success).toBe(false);
  });

  it('are of about one size, whatever the names have in common', () => {
    const names = Array.from({ length: 4_000 }, (_, index) => `customer-${index}-clean@1`);
    for (const part of partsOf(1, 4, 1)) {
      const { length } = names.filter((type) => isLeftTo(part, { type }));
      // 1,000 of 4,000 at random: five standard deviations are 137.
      expect(Math.abs(length - 1_000)).toBeLessThan(137);
    }
  });
});
