import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryTable } from '../../../lib/adapters/embedded/memory-table.ts';
import { type Bucket, coarserBuckets, gridValues, mergeBuckets } from '../../../lib/profile/series/bucket.ts';
import { catchUpWindows } from '../../../lib/profile/series/catch-up-windows.ts';
import { gridStart, RESOLUTIONS, resolutionFor } from '../../../lib/profile/series/resolution.ts';
import { readBuckets, storeBuckets } from '../../../lib/profile/series/series-store.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 24, 10, 30);
const [minute, five, hour] = RESOLUTIONS;

/** Buckets of minutes within three days, each minute at most once. */
const minutes = () =>
  fc
    .uniqueArray(
      fc.record({ at: fc.nat(3 * 1_440 - 1), count: fc.nat(9), sum: fc.integer({ min: -1_000, max: 1_000 }) }),
      { selector: ({ at }) => at, maxLength: 60 },
    )
    .map((buckets) =>
      buckets.map((bucket) => ({ ...bucket, at: gridStart(NOW - 3 * DAY, HOUR) + bucket.at * MINUTE })),
    );

const total = (buckets: readonly Bucket[]) => buckets.reduce((sum, bucket) => sum + bucket.sum, 0);

describe('series store', () => {
  it('counts every bucket exactly once on every grid, in whatever order and however often hours are read', async () => {
    await fc.assert(
      fc.asyncProperty(minutes(), fc.infiniteStream(fc.nat()), async (buckets, picks) => {
        const table = memoryTable();
        const hours = [...Map.groupBy(buckets, ({ at }) => gridStart(at, HOUR)).values()];
        const twice = [...hours, ...hours].map((one) => [picks.next().value as number, one] as const);
        for (const [, read] of twice.sort(([a], [b]) => a - b)) {
          await storeBuckets(table, 'x', { buckets: read, stepMs: MINUTE });
        }
        const stored = await readBuckets(table, 'x', { resolution: minute, now: NOW });
        expect(stored).toEqual(buckets.toSorted((a, b) => a.at - b.at));
        for (const resolution of [five, hour]) {
          const coarse = await readBuckets(table, 'x', { resolution, now: NOW });
          expect(coarse).toEqual(coarserBuckets(buckets, resolution.stepMs));
          expect(total(coarse)).toBe(total(buckets));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('takes late data in: an hour that is read again replaces itself', async () => {
    const table = memoryTable();
    const at = gridStart(NOW, HOUR);
    const early = [{ at, count: 1, sum: 5 }];
    const late = [
      { at, count: 2, sum: 9 },
      { at: at + MINUTE, count: 1, sum: 4 },
    ];
    await storeBuckets(table, 'x', { buckets: early, stepMs: MINUTE });
    await storeBuckets(table, 'x', { buckets: late, stepMs: MINUTE });
    expect(await readBuckets(table, 'x', { resolution: hour, now: NOW })).toEqual([{ at, count: 3, sum: 13 }]);
  });

  it('forgets by resolution: minutes after 15 days, five minutes after 63, and the table is told when', async () => {
    const table = memoryTable();
    const at = gridStart(NOW - 20 * DAY, HOUR);
    await storeBuckets(table, 'x', { buckets: [{ at, count: 1, sum: 1 }], stepMs: MINUTE });
    expect(await readBuckets(table, 'x', { resolution: minute, now: NOW })).toEqual([]);
    expect(await readBuckets(table, 'x', { resolution: five, now: NOW })).toHaveLength(1);
    expect(await readBuckets(table, 'x', { resolution: five, now: NOW + 44 * DAY })).toEqual([]);
    for await (const item of table.query({ partition: 'SERIES#x', sortPrefix: `${minute.stepMs}#` })) {
      expect(item.expiresAt).toBe((gridStart(at, DAY) + 16 * DAY) / 1_000);
    }
  });

  it('keeps a full day of minutes in one item far below 400 KB', async () => {
    const table = memoryTable();
    const start = gridStart(NOW, DAY);
    const buckets = Array.from({ length: 1_440 }, (_, step) => ({
      at: start + step * MINUTE,
      count: 123_456,
      sum: 123_456_789.123,
    }));
    await storeBuckets(table, 'x', { buckets, stepMs: MINUTE });
    const item = await table.get({ partition: 'SERIES#x', sort: `${MINUTE}#${start}` });
    expect(JSON.stringify(item).length).toBeLessThan(100_000);
  });
});

describe('series on a grid', () => {
  it('leaves a gap where a mean is unknown, and 0 where nothing was counted', () => {
    const buckets = [
      { at: 0, count: 2, sum: 6 },
      { at: 2 * MINUTE, count: 1, sum: 5 },
      { at: 9 * MINUTE, count: 1, sum: 5 },
    ];
    const grid = { from: 0, until: 3 * MINUTE + 1, stepMs: MINUTE };
    expect(gridValues(buckets, { ...grid, statistic: 'mean' })).toEqual([3, Number.NaN, 5]);
    expect(gridValues(buckets, { ...grid, statistic: 'count' })).toEqual([2, 0, 1]);
    expect(gridValues(buckets, { ...grid, statistic: 'sum' })).toEqual([6, 0, 5]);
  });

  it('leaves out what lies beside the grid', () => {
    const grid = { from: MINUTE, until: 3 * MINUTE, stepMs: MINUTE, statistic: 'sum' } as const;
    const beside = [0, 1.5 * MINUTE, 3 * MINUTE, 9 * MINUTE].map((at) => ({ at, count: 1, sum: 7 }));
    const values = gridValues([...beside, { at: 2 * MINUTE, count: 1, sum: 5 }], grid);
    expect(Object.entries(values)).toEqual([
      ['0', 0],
      ['1', 5],
    ]);
  });

  it('refuses a grid that no memory holds', () => {
    const grid = { from: 0, until: 200_000, stepMs: 1, statistic: 'sum' } as const;
    expect(() => gridValues([], grid)).toThrow('200000 steps');
  });

  it('merges by step: the newer reading stands', () => {
    const stored = [{ at: MINUTE, count: 1, sum: 1 }];
    expect(
      mergeBuckets(stored, [
        { at: MINUTE, count: 2, sum: 2 },
        { at: 0, count: 1, sum: 1 },
      ]),
    ).toEqual([
      { at: 0, count: 1, sum: 1 },
      { at: MINUTE, count: 2, sum: 2 },
    ]);
  });

  it('takes five minutes up to six hours ahead, and hours beyond', () => {
    expect(resolutionFor(6 * HOUR).stepMs).toBe(5 * MINUTE);
    expect(resolutionFor(6 * HOUR + 1).stepMs).toBe(HOUR);
  });
});

describe('catching up', () => {
  it('reads everything since the cursor once, by minutes where there are some', () => {
    fc.assert(
      fc.property(fc.option(fc.nat(800 * DAY), { nil: undefined }), (ageMs) => {
        const windows = catchUpWindows(ageMs === undefined ? undefined : NOW - ageMs, NOW);
        expect(windows.at(-1)).toMatchObject({ until: NOW, stepMs: MINUTE });
        for (const [index, { from, until, stepMs }] of windows.entries()) {
          expect(from % HOUR).toBe(0);
          expect(windows[index + 1]?.from ?? until).toBe(until);
          const { retentionMs = 0 } = RESOLUTIONS.find((one) => one.stepMs === stepMs) ?? {};
          expect(from).toBeGreaterThanOrEqual(NOW - retentionMs);
        }
        const oldest = windows[0]?.from ?? NOW;
        const wanted = ageMs === undefined ? NOW - 62 * DAY : NOW - Math.min(ageMs, 729 * DAY);
        expect(oldest).toBeLessThanOrEqual(wanted);
      }),
    );
  });

  it('reads the last quarter of an hour again, from the hour in which it began', () => {
    const cursor = Date.UTC(2026, 10, 24, 10, 10);
    expect(catchUpWindows(cursor, NOW)).toEqual([{ from: Date.UTC(2026, 10, 24, 9), until: NOW, stepMs: MINUTE }]);
  });
});
