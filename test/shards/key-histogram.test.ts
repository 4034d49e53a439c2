import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutRanges } from '../../lib/shards/cut-ranges.ts';
import { keyHistogram } from '../../lib/shards/key-histogram.ts';

const samples = fc.record({
  keys: fc.array(fc.nat({ max: 99 }), { maxLength: 200 }),
  unitCount: fc.constant(100),
  bytes: fc.constant(1_000),
});

it('covers the key space, and gives every sampled record to one segment', () => {
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 10 }), (sample, rangeCount) => {
      const { segments, unitCount } = keyHistogram(sample, rangeCount);
      expect(segments.reduce((sum, { units }) => sum + units, 0)).toBe(unitCount);
      let start = 0;
      for (const { units, bytes } of segments) {
        const inside = sample.keys.filter((key) => key >= start && key < start + units).length;
        expect(bytes).toBeCloseTo((1_000 * inside) / Math.max(1, sample.keys.length), 6); // a product of two doubles
        start += units;
      }
    }),
  );
});

it('leaves a hot key alone in its range', () => {
  const keys = [...Array.from({ length: 100 }, (_, key) => key), ...Array.from({ length: 100 }, () => 40)];
  const ranges = cutRanges(keyHistogram({ keys, unitCount: 100, bytes: 200 }, 8), 8);
  expect(ranges).toContainEqual(expect.objectContaining({ start: 40, end: 41 }));
});
