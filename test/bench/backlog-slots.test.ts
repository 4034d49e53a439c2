import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backlogSlots } from '../../bench/data/backlog-slots.ts';
import { type ArrivalPattern, backlogStream } from '../../bench/data/backlog-stream.ts';
import { seededRandom } from '../../lib/core/random.ts';
import { simulateQueue } from '../../lib/simulate/simulate-queue.ts';

const facts = (pattern: ArrivalPattern, guess = 1) => ({
  shape: { pattern, objectCount: 200, closesMs: 240_000, meanBytes: 50_000_000, msPerByte: 0.0001 },
  lagMs: 60_000,
  startDelayMs: 600,
  tickMs: 1_000,
  slotMax: 200,
  guess,
});
const patterns = fc.constantFrom<ArrivalPattern>('steady', 'bursty', 'daily');

describe('backlogSlots', () => {
  it('has every object in one shard, which no slot can take before its step has closed', () => {
    fc.assert(
      fc.property(patterns, fc.nat(1_000), fc.constantFrom(1 / 3, 1, 3), (pattern, seed, guess) => {
        const objects = backlogStream(facts(pattern, guess).shape, seededRandom(seed));
        const { shards } = backlogSlots(objects, facts(pattern, guess));
        expect(shards.flatMap((shard) => shard.objects)).toEqual(objects);
        for (const shard of shards) {
          expect(shard.workMs).toBeCloseTo(shard.objects.reduce((sum, { workMs }) => sum + workMs, 0));
          for (const { arrivedAt } of shard.objects) {
            expect(arrivedAt).toBeLessThanOrEqual(shard.arrivesAt);
            expect(arrivedAt).toBeGreaterThan(shard.arrivesAt - 15_000);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('has slots there when a step closes, by what steps before it brought alone', () => {
    const objects = backlogStream(facts('steady').shape, seededRandom(1));
    const ends = (of: readonly (typeof objects)[number][]) => {
      const { shards, controller } = backlogSlots(of, facts('steady'));
      const { endsAt } = simulateQueue({ work: shards, controller, ...facts('steady') });
      return shards.map(({ arrivesAt, workMs }, at) => ({
        arrivesAt,
        waitedMs: (endsAt[at] ?? 0) - workMs - arrivesAt,
      }));
    };
    // the first step to close after the start: a slot that were asked for then would be there 600 ms later
    const inTime = ends(objects).filter(({ arrivesAt, waitedMs }) => arrivesAt > 0 && waitedMs < 600);
    expect(inTime.length).toBeGreaterThan(objects.length / 10);
    const early = ({ arrivesAt }: { readonly arrivesAt: number }) => arrivesAt <= 120_000;
    const half = objects.filter(({ arrivedAt }) => arrivedAt <= 120_000);
    expect(ends(half).filter(early)).toEqual(ends(objects).filter(early));
  });
});

describe('backlogStream', () => {
  it('brings as many objects as it was asked for on average, and five times as many in a burst', () => {
    fc.assert(
      fc.property(patterns, fc.nat(1_000), (pattern, seed) => {
        const shape = { ...facts(pattern).shape, objectCount: 4_000 };
        const objects = backlogStream(shape, seededRandom(seed));
        // six deviations of a Poisson count, and what rates that move inside a gap leave
        expect(Math.abs(objects.length - 4_000)).toBeLessThan(500);
        expect(objects.every(({ arrivedAt }) => arrivedAt < shape.closesMs)).toBe(true);
      }),
      { numRuns: 30 },
    );
    const bursty = backlogStream({ ...facts('bursty').shape, objectCount: 4_000 }, seededRandom(3));
    const counts = Array.from(
      { length: 60 },
      (_, at) => bursty.filter((one) => Math.floor(one.arrivedAt / 4_000) === at).length,
    );
    const sorted = counts.toSorted((a, b) => a - b);
    expect((sorted.at(-1) ?? 0) / (sorted[30] ?? 1)).toBeGreaterThan(3);
  });
});
