import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accuracyTrend } from '../../lib/forecast/accuracy-trend.ts';
import { arrivalTrend, withJudged } from '../../lib/forecast/arrival-record.ts';
import type { JudgedStep } from '../../lib/forecast/judged-step.ts';
import { runAccuracy } from '../../lib/forecast/run-accuracy.ts';
import { anAttempt } from '../profile/an-attempt.ts';

const STEP = 300_000;
const period = (at: number, { missed = 2, error = 10 } = {}) => ({
  at,
  seenCount: 40,
  missedCount: missed,
  error,
  reference: 40,
});

describe('accuracyTrend', () => {
  const options = { level: 0.9, recentCount: 2 };

  it('says nothing before anything was judged', () => {
    expect(accuracyTrend([], options)).toBeUndefined();
  });

  it('compares the newest periods with those before', () => {
    const trend = accuracyTrend([period(1), period(2), period(3, { error: 20 }), period(4, { error: 20 })], options);
    expect(trend).toEqual({
      level: 0.9,
      recent: { seenCount: 80, coverage: 0.95, relativeError: 0.5 },
      earlier: { seenCount: 80, coverage: 0.95, relativeError: 0.25 },
      decay: 'error',
    });
  });

  it('calls it a decay when intervals miss more than twice as often as they promise, and not at twice', () => {
    // 8 of 40 are a fifth: twice what a level of 90 % promises.
    expect(accuracyTrend([period(1, { missed: 8 })], options)?.decay).toBeUndefined();
    expect(accuracyTrend([period(1, { missed: 9 })], options)?.decay).toBe('coverage');
  });

  it('does not judge by a handful of outcomes', () => {
    const few = { at: 1, seenCount: 23, missedCount: 23, error: 1, reference: 1 };
    expect(accuracyTrend([few], options)?.decay).toBeUndefined();
  });
});

const step = (index: number, held = true): JudgedStep => ({
  at: index * STEP,
  lower: 4,
  point: 5,
  upper: 6,
  actual: held ? 5.5 : 9,
  naive: 4.5,
});

describe('withJudged', () => {
  it('counts a step once, however often it is told', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(900), fc.boolean()), { maxLength: 12 }), (calls) => {
        const truth = Array.from({ length: 1_000 }, (_, index) => step(index, index % 7 !== 0));
        let record = withJudged(undefined, []);
        let until = 0;
        for (const [to, again] of calls) {
          const batch = truth.slice(0, Math.max(until, to));
          until = batch.length;
          record = withJudged(record, batch);
          if (again) expect(withJudged(record, batch)).toEqual(record);
        }
        expect(record.days.reduce((sum, { seenCount }) => sum + seenCount, 0)).toBe(until);
        expect(record.days.reduce((sum, { missedCount }) => sum + missedCount, 0)).toBe(Math.ceil(until / 7));
        expect(record.steps).toEqual(truth.slice(Math.max(0, until - 144), until));
      }),
    );
  });

  it('shows a decay by the days in which it was', () => {
    const good = Array.from({ length: 288 * 3 }, (_, index) => step(index));
    const bad = Array.from({ length: 144 }, (_, index) => step(288 * 3 + index, false));
    expect(arrivalTrend(withJudged(undefined, good), 0.9)).toMatchObject({ recent: { coverage: 1 }, decay: undefined });
    expect(arrivalTrend(withJudged(undefined, [...good, ...bad]), 0.9)?.decay).toBe('coverage');
  });
});

describe('runAccuracy', () => {
  const interval = { point: 999, lower: 500, upper: 2_000, level: 0.9 };
  const need = { cpuMs: interval, durationMs: interval, memoryMiB: interval, ioMs: interval, networkBytes: interval };
  const shards = ['a/0', 'a/1', 'a/2'].map((shard) => ({ shard, need }));

  it('measures in logs of the ratio, over committed shards that had a forecast', () => {
    const attempts = [
      anAttempt({ shard: 'a/0', durationMs: 999, memoryTierMiB: 1_769 }),
      anAttempt({ shard: 'a/1', durationMs: 4_999, memoryTierMiB: 1_769 }),
      anAttempt({ shard: 'a/2', durationMs: 9, outcome: 'failed' }),
      anAttempt({ shard: 'a/9', durationMs: 9 }),
    ];
    const accuracy = runAccuracy({ shards }, attempts, 7);
    expect(accuracy).toMatchObject({ at: 7, seenCount: 2, missedCount: 1, reference: 2 });
    expect(accuracy?.error).toBeCloseTo(Math.log(5), 9);
    expect(runAccuracy({ shards }, [], 7)).toBeUndefined();
  });
});
