import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backlogLayout,
  backlogRanges,
  backlogSteps,
  partMaxMs,
  STEP_UNITS,
  stepClosesMs,
  stepOf,
} from '../../lib/shards/backlog-layout.ts';

const stream = (closes: string, lag: string) => ({ kind: 'backlog' as const, closes, lag });

describe('backlogSteps', () => {
  it('takes in a quarter of the lag at a time', () => {
    const steps = backlogSteps(stream('10m', '60s'));
    expect(steps).toEqual({ stepMs: 15_000, stepCount: 41, closesMs: 600_000, lagMs: 60_000 });
    expect([0, 1, 40].map((step) => stepClosesMs(steps, step))).toEqual([0, 15_000, 600_000]);
    // an object waits up to 15 s for its step: half of the other 45 s is for its shard
    expect(partMaxMs(steps)).toBe(22_500);
  });

  it('lists no more often than once a second, and ends with the stream', () => {
    const steps = backlogSteps(stream('2500ms', '1s'));
    expect([0, 1, 2, 3].map((step) => stepClosesMs(steps, step))).toEqual([0, 1_000, 2_000, 2_500]);
    expect(steps.stepCount).toBe(4);
  });
});

describe('backlogLayout', () => {
  it('has one range for each part, each inside its step, end to end', () => {
    const steps = fc.array(fc.record({ bytes: fc.nat(1e9), partCount: fc.integer({ min: 1, max: 60 }) }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(steps, (expected) => {
        const layout = backlogLayout(expected);
        const ranges = backlogRanges(layout);
        expect(ranges).toHaveLength(expected.reduce((sum, { partCount }) => sum + partCount, 0));
        expect(ranges.at(-1)?.end).toBe(layout.unitCount);
        for (const [at, { start, end }] of ranges.entries()) {
          expect(start).toBe(ranges[at - 1]?.end ?? 0);
          expect(end).toBeGreaterThan(start);
          expect(Math.floor((end - 1) / STEP_UNITS)).toBe(stepOf({ start }));
        }
        const bytes = ranges.reduce((sum, range) => sum + range.bytes, 0);
        expect(bytes).toBeCloseTo(
          expected.reduce((sum, step) => sum + step.bytes, 0),
          3,
        );
      }),
    );
  });
});
