import { describe, expect, it } from 'vitest';
import type { Metrics } from '../../lib/ports/metrics.ts';
import { type EmfRecord, toEmf } from '../../lib/profile/emf.ts';
import { anAttempt } from '../profile/an-attempt.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;

export interface OpenMetrics {
  readonly metrics: Pick<Metrics, 'read'>;
  /** Brings lines to where they are read from; resolves when they can be read. */
  emitAll(records: readonly EmfRecord[]): Promise<void>;
  close(): Promise<void>;
}

let typeCount = 0;

/** What every reader of metrics must do; the place behind it may be shared, so each test has types of its own. */
export function metricsContract(name: string, open: () => Promise<OpenMetrics>): void {
  describe(`${name} as metrics`, () => {
    const fresh = () => {
      typeCount += 1;
      return `contract-${process.pid}-${Date.now()}-${typeCount}@1`;
    };
    /** An attempt that ended so many minutes after the hour. */
    const ended = (type: string, start: number, { minute, durationMs = 500, zone = 'az1' }: Ended) =>
      toEmf(anAttempt({ type, zone, durationMs, startedAt: start + minute * MINUTE - durationMs }));
    const start = Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR;
    const window = { from: start, until: start + HOUR, stepMs: MINUTE };

    it('counts and sums by step, cut by exactly the dimensions asked for', async () => {
      const type = fresh();
      await using opened = await disposable(open);
      await opened.emitAll([
        ended(type, start, { minute: 1.2, durationMs: 300, zone: 'az1' }),
        ended(type, start, { minute: 1.9, durationMs: 500, zone: 'az2' }),
        ended(type, start, { minute: 7, durationMs: 100, zone: 'az2' }),
      ]);
      const series = [{ type }, { type, zone: 'az2' }, { type: fresh() }];
      const read = await opened.metrics.read(
        series.map((dimensions) => ({ metric: 'durationMs', dimensions })),
        window,
      );
      expect(read).toEqual([
        [
          { at: start + MINUTE, count: 2, sum: 800 },
          { at: start + 7 * MINUTE, count: 1, sum: 100 },
        ],
        [
          { at: start + MINUTE, count: 1, sum: 500 },
          { at: start + 7 * MINUTE, count: 1, sum: 100 },
        ],
        [],
      ]);
    });

    it('takes the start of a window in and leaves its end out', async () => {
      const type = fresh();
      await using opened = await disposable(open);
      await opened.emitAll([0, 59, 60].map((minute) => ended(type, start, { minute })));
      const [buckets] = await opened.metrics.read([{ metric: 'durationMs', dimensions: { type } }], window);
      expect(buckets?.map(({ at }) => (at - start) / MINUTE)).toEqual([0, 59]);
    });

    it('sums steps of five minutes', async () => {
      const type = fresh();
      await using opened = await disposable(open);
      await opened.emitAll([0, 4, 5, 14].map((minute) => ended(type, start, { minute })));
      const [buckets] = await opened.metrics.read([{ metric: 'cpuMs', dimensions: { type } }], {
        ...window,
        stepMs: 5 * MINUTE,
      });
      expect(buckets?.map(({ at, count }) => [(at - start) / MINUTE, count])).toEqual([
        [0, 2],
        [5, 1],
        [10, 1],
      ]);
    });

    it('reads more series than one call takes', async () => {
      const types = Array.from({ length: 260 }, fresh);
      await using opened = await disposable(open);
      const [first, last] = [types[0] ?? '', types[259] ?? ''];
      await opened.emitAll([ended(first, start, { minute: 3 }), ended(last, start, { minute: 4 })]);
      const series = types.map((type) => ({ metric: 'durationMs', dimensions: { type } }));
      const read = await opened.metrics.read(series, window);
      expect(read).toHaveLength(260);
      expect(read.flatMap((buckets, position) => buckets.map(({ at }) => [position, (at - start) / MINUTE]))).toEqual([
        [0, 3],
        [259, 4],
      ]);
    });

    it('has nothing to say when nothing is asked', async () => {
      await using opened = await disposable(open);
      expect(await opened.metrics.read([], window)).toEqual([]);
      expect(await opened.metrics.read([{ metric: 'x', dimensions: {} }], { ...window, until: start })).toEqual([[]]);
    });
  });
}

interface Ended {
  readonly minute: number;
  readonly durationMs?: number;
  readonly zone?: string;
}

async function disposable(open: () => Promise<OpenMetrics>): Promise<OpenMetrics & AsyncDisposable> {
  const opened = await open();
  return { ...opened, [Symbol.asyncDispose]: () => opened.close() };
}
