import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitPoint } from '../../lib/reshard/split-point.ts';

describe('splitPoint', () => {
  it('lets both halves end together: the head keeps half of the rest and half of the overhead', () => {
    // 1,000 units in 1,000 ms, overhead 200 ms: the head works 600 ms, the tail starts 200 ms late and works 400 ms
    expect(splitPoint({ cursor: 0, end: 1_000, remainingMs: 1_000 }, 200)).toBe(600);
    expect(splitPoint({ cursor: 500, end: 1_000, remainingMs: 1_000 }, 200)).toBe(800);
  });

  it('leaves a shard alone whose rest is under twice the overhead, or that is a single unit', () => {
    expect(splitPoint({ cursor: 0, end: 1_000, remainingMs: 399 }, 200)).toBeUndefined();
    expect(splitPoint({ cursor: 0, end: 1, remainingMs: 9_000 }, 200)).toBeUndefined();
  });

  it('cuts at the allowed border that is nearest, and nowhere when none lies in the rest', () => {
    expect(splitPoint({ cursor: 0, end: 1_000, remainingMs: 1_000 }, 200, [0, 300, 550, 1_000])).toBe(550);
    expect(splitPoint({ cursor: 600, end: 1_000, remainingMs: 1_000 }, 200, [0, 300, 550, 1_000])).toBeUndefined();
  });

  it('is never worse than not splitting: the later of both halves ends within a unit of the rest', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.integer({ min: 2, max: 5_000 }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e5, noNaN: true }),
        (cursor, units, remainingMs, overheadMs) => {
          const end = cursor + units;
          const at = splitPoint({ cursor, end, remainingMs }, overheadMs);
          fc.pre(at !== undefined);
          const headMs = (((at ?? 0) - cursor) / units) * remainingMs;
          const tailMs = overheadMs + remainingMs - headMs;
          expect(Math.max(headMs, tailMs)).toBeLessThanOrEqual(remainingMs + remainingMs / units);
          expect(at).toBeGreaterThan(cursor);
          expect(at).toBeLessThan(end);
        },
      ),
    );
  });
});
