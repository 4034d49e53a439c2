import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutRanges, largestShare, rangeCountMax } from '../../lib/shards/cut-ranges.ts';
import type { InputLayout } from '../../lib/shards/input-layout.ts';

const layouts: fc.Arbitrary<InputLayout> = fc
  .record({
    segments: fc.array(fc.record({ units: fc.nat({ max: 50 }), bytes: fc.nat({ max: 1_000 }) }), { maxLength: 25 }),
    cutInside: fc.boolean(),
  })
  .map(({ segments, cutInside }) => layout(segments, cutInside));

describe('cutRanges', () => {
  it('covers the input exactly, in order, with no range empty and as many as there is room for', () => {
    fc.assert(
      fc.property(layouts, fc.integer({ min: 1, max: 40 }), (input, count) => {
        const ranges = cutRanges(input, count);
        expect(ranges[0]?.start).toBe(0);
        expect(ranges.at(-1)?.end).toBe(input.unitCount);
        for (const [index, { start, end }] of ranges.entries()) {
          if (index > 0) expect(start).toBe(ranges[index - 1]?.end);
          if (input.unitCount > 0) expect(end).toBeGreaterThan(start);
        }
        expect(ranges.length).toBe(input.unitCount === 0 ? 1 : Math.min(count, rangeCountMax(input)));
      }),
    );
  });

  it('cuts only at the borders of segments where it must', () => {
    fc.assert(
      fc.property(layouts, fc.integer({ min: 1, max: 40 }), (input, count) => {
        const borders = new Set([0]);
        let units = 0;
        for (const segment of input.segments) {
          units += segment.units;
          borders.add(units);
        }
        for (const { end } of cutRanges({ ...input, cutInside: false }, count)) expect(borders).toContain(end);
      }),
    );
  });

  it('gives every byte to one range', () => {
    fc.assert(
      fc.property(layouts, fc.integer({ min: 1, max: 40 }), (input, count) => {
        const withUnits = input.segments.filter(({ units }) => units > 0);
        const total = withUnits.reduce((sum, { bytes }) => sum + bytes, 0);
        const cut = cutRanges(layout(withUnits, input.cutInside), count).reduce((sum, { bytes }) => sum + bytes, 0);
        expect(Math.abs(cut - total)).toBeLessThanOrEqual(1e-9 * Math.max(1, total)); // sums of at most 40 differences
      }),
    );
  });

  it('makes the heaviest range at borders as light as any cut could', () => {
    const small = fc.array(fc.record({ units: fc.constant(1), bytes: fc.integer({ min: 1, max: 20 }) }), {
      minLength: 1,
      maxLength: 7,
    });
    fc.assert(
      fc.property(small, fc.integer({ min: 1, max: 7 }), (segments, count) => {
        const heaviest = Math.max(...cutRanges(layout(segments, false), count).map(({ bytes }) => bytes));
        expect(heaviest).toBe(
          lightestHeaviest(
            segments.map(({ bytes }) => bytes),
            Math.min(count, segments.length),
          ),
        );
      }),
    );
  });

  it('leaves no range heavier than its share and a twentieth where it may cut anywhere', () => {
    const fine = fc.array(fc.record({ units: fc.constant(10_000), bytes: fc.integer({ min: 1, max: 1_000 }) }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fine, fc.integer({ min: 1, max: 30 }), (segments, count) => {
        expect(largestShare(layout(segments, true), count) * count).toBeLessThan(1.11); // 5 % at each end, and rounding
      }),
    );
  });

  it('isolates a hot partition', () => {
    const weights = [1, 1, 1, 40, 1, 1, 1, 1];
    const ranges = cutRanges(
      layout(
        weights.map((bytes) => ({ units: 1, bytes })),
        false,
      ),
      3,
    );
    expect(ranges).toContainEqual({ start: 3, end: 4, bytes: 40 });
  });
});

/** By trying every cut. */
function lightestHeaviest(weights: readonly number[], count: number): number {
  if (count === 1) return weights.reduce((sum, weight) => sum + weight, 0);
  let best = Number.POSITIVE_INFINITY;
  for (let first = 1; first <= weights.length - (count - 1); first += 1) {
    const head = weights.slice(0, first).reduce((sum, weight) => sum + weight, 0);
    best = Math.min(best, Math.max(head, lightestHeaviest(weights.slice(first), count - 1)));
  }
  return best;
}

function layout(
  segments: readonly { readonly units: number; readonly bytes: number }[],
  cutInside: boolean,
): InputLayout {
  const unitCount = segments.reduce((sum, { units }) => sum + units, 0);
  return { unit: 'row', unitCount, segments: [...segments], cutInside, objects: [] };
}
