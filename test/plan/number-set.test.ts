import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberSet } from '../../lib/plan/number-set.ts';

describe('numberSet', () => {
  it('tells the smallest of what is in it, at any size and after any changes', () => {
    // one, two and three levels of words
    const limit = fc.constantFrom(1, 31, 32, 33, 1_024, 1_025, 40_000);
    const change = fc.record({ number: fc.nat({ max: 1_000_000 }), added: fc.boolean() });
    fc.assert(
      fc.property(limit, fc.array(change, { maxLength: 60 }), (count, changes) => {
        const set = numberSet(count);
        const known = new Set<number>();
        for (const { number, added } of changes) {
          const value = number % count;
          if (added) set.add(value);
          else set.remove(value);
          if (added) known.add(value);
          else known.delete(value);
          expect(set.first()).toBe(known.size === 0 ? -1 : Math.min(...known));
        }
        set.clear();
        expect(set.first()).toBe(-1);
      }),
    );
  });
});
