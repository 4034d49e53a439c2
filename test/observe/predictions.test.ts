import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { predictions } from '../../lib/observe/predictions.ts';
import { shardingOf } from '../fixtures/stored-run.ts';
import { needWithin } from '../plan/requests.ts';

const sharding = shardingOf([
  {
    id: 'a',
    ranges: [
      { start: 0, end: 100 },
      { start: 100, end: 300 },
    ],
  },
]);
const forecast = {
  madeAt: 0,
  level: 0.9,
  types: [],
  shards: [
    { shard: 'a/0', need: needWithin(1_000, 2) },
    { shard: 'a/1', need: needWithin(3_000, 2) },
  ],
};
const { need, operationMs } = predictions(forecast, sharding);

describe('predictions', () => {
  it('gives a whole shard what was forecast for it, and nothing to one that was not', () => {
    expect(need({ root: 'a/1', range: { start: 100, end: 300 } })).toEqual(needWithin(3_000, 2));
    expect(need({ root: 'x/0', range: { start: 0, end: 1 } })).toBeUndefined();
  });

  it('adds the parts of a shard that was cut up to the whole, and gives each the memory of the whole', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 101, max: 299 }), { minLength: 1, maxLength: 5 }), (cuts) => {
        const borders = [100, ...cuts.toSorted((a, b) => a - b), 300];
        const parts = borders.slice(1).map((end, at) => need({ root: 'a/1', range: { start: borders[at] ?? 0, end } }));
        for (const bound of ['point', 'lower', 'upper'] as const) {
          const sum = parts.reduce((total, part) => total + (part?.durationMs[bound] ?? 0), 0);
          // shares of a double add up to rounding
          expect(sum).toBeCloseTo(needWithin(3_000, 2).durationMs[bound], 6);
        }
        for (const part of parts) expect(part?.memoryMiB).toEqual(needWithin(3_000, 2).memoryMiB);
      }),
    );
  });

  it('knows where a shard ends now', () => {
    const half = need({ root: 'a/1', range: { start: 100, end: 300 }, splitAt: 200 });
    expect(half?.durationMs.point).toBe(1_500);
  });

  it('adds up an operation', () => {
    expect([operationMs('a'), operationMs('x')]).toEqual([4_000, 0]);
  });
});
