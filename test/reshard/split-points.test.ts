import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitPoints } from '../../lib/reshard/split-points.ts';

const one = (victim: Parameters<typeof splitPoints>[0], overheadMs: number, borders?: readonly number[]) =>
  splitPoints(victim, { overheadMs, tailCount: 1, ...(borders && { borders }) });

describe('splitPoints', () => {
  it('lets both halves end together: the head keeps half of the rest and half of the overhead', () => {
    // 1,000 units in 1,000 ms, overhead 200 ms: the head works 600 ms, the tail starts 200 ms late and works 400 ms
    expect(one({ start: 0, cursor: 0, end: 1_000, remainingMs: 1_000 }, 200)).toEqual([600]);
    expect(one({ start: 0, cursor: 500, end: 1_000, remainingMs: 1_000 }, 200)).toEqual([800]);
  });

  it('lets a head and three tails end together', () => {
    // (1,000 + 3 x 40) / 4 = 280 ms for the head, three tails of 240 ms that start 40 ms late
    const terms = { overheadMs: 40, tailCount: 3 };
    expect(splitPoints({ start: 0, cursor: 0, end: 1_000, remainingMs: 1_000 }, terms)).toEqual([280, 520, 760]);
  });

  it('cuts off no more tails than pay their start, than there are units, or than there are borders', () => {
    const victim = { start: 0, cursor: 0, end: 1_000, remainingMs: 1_000 };
    expect(splitPoints(victim, { overheadMs: 250, tailCount: 9 })).toHaveLength(3);
    expect(splitPoints({ ...victim, cursor: 996 }, { overheadMs: 1, tailCount: 9 })).toEqual([997, 998, 999]);
    expect(splitPoints(victim, { overheadMs: 1, tailCount: 9, borders: [0, 300, 700, 1_000] })).toEqual([300, 700]);
  });

  it('makes no part smaller than is allowed, the head counted from where it starts', () => {
    const victim = { start: 0, cursor: 0, end: 1_000, remainingMs: 1_000 };
    expect(splitPoints(victim, { overheadMs: 1, tailCount: 9, unitMin: 300 })).toEqual([300, 700]);
    expect(splitPoints({ ...victim, cursor: 700 }, { overheadMs: 1, tailCount: 1, unitMin: 300 })).toEqual([]);
    expect(splitPoints({ ...victim, cursor: 400 }, { overheadMs: 0, tailCount: 1, unitMin: 400 })).toEqual([600]);
    expect(splitPoints(victim, { overheadMs: 1, tailCount: 9, unitMin: Number.POSITIVE_INFINITY })).toEqual([]);
  });

  it('leaves a shard alone whose rest is under twice the overhead, or that is a single unit', () => {
    expect(one({ start: 0, cursor: 0, end: 1_000, remainingMs: 399 }, 200)).toEqual([]);
    expect(one({ start: 0, cursor: 0, end: 1, remainingMs: 9_000 }, 200)).toEqual([]);
  });

  it('cuts at the allowed border that is nearest, and nowhere when none lies in the rest', () => {
    expect(one({ start: 0, cursor: 0, end: 1_000, remainingMs: 1_000 }, 200, [0, 300, 550, 1_000])).toEqual([550]);
    expect(one({ start: 0, cursor: 600, end: 1_000, remainingMs: 1_000 }, 200, [0, 300, 550, 1_000])).toEqual([]);
  });

  it('is never worse than not splitting, and leaves its parts within a unit or two of each other', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.integer({ min: 2, max: 5_000 }),
        fc.double({ min: 1, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e5, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        (cursor, units, remainingMs, overheadMs, tailCount) => {
          const end = cursor + units;
          const cutsAt = splitPoints({ start: 0, cursor, end, remainingMs }, { overheadMs, tailCount });
          fc.pre(cutsAt.length > 0);
          const unitMs = remainingMs / units;
          const parts = [cursor, ...cutsAt].map((at, part) => {
            return ((cutsAt[part] ?? end) - at) * unitMs + (part > 0 ? overheadMs : 0);
          });
          expect(Math.max(...parts)).toBeLessThanOrEqual(remainingMs + 2 * unitMs);
          expect(cutsAt.every((at, tail) => at > (cutsAt[tail - 1] ?? cursor) && at < end)).toBe(true);
          // rounding moves both ends of a part by half a unit
          const even = cutsAt.length === tailCount && units > 4 * tailCount;
          if (even)
            expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(2 * unitMs + 1e-6 * remainingMs);
        },
      ),
    );
  });
});
