import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mostAtOnce } from '../../lib/core/most-at-once.ts';

const spans = fc.array(fc.record({ from: fc.nat(20), until: fc.nat(20), weight: fc.nat(5) }), { maxLength: 8 });

it('is the most of what weighs at any moment', () => {
  fc.assert(
    fc.property(spans, (some) => {
      const at = (moment: number) =>
        some.reduce((sum, { from, until, weight }) => (from <= moment && moment < until ? sum + weight : sum), 0);
      expect(mostAtOnce(some)).toBe(Math.max(...Array.from({ length: 21 }, (_, moment) => at(moment))));
    }),
  );
});

it('lets what ends give way to what begins, and bears spans without an end', () => {
  const first = { from: 0, until: 5, weight: 2 };
  expect(mostAtOnce([first, { from: 5, until: Number.POSITIVE_INFINITY, weight: 3 }])).toBe(3);
  expect(mostAtOnce([first, { from: 4, until: Number.POSITIVE_INFINITY, weight: 3 }])).toBe(5);
  expect(mostAtOnce([])).toBe(0);
});
