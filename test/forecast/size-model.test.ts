import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { standardNormal } from '../../lib/core/standard-normal.ts';
import { ShardNeed } from '../../lib/forecast/forecast.ts';
import type { Interval } from '../../lib/forecast/interval.ts';
import { fitSizeModel } from '../../lib/forecast/size-model.ts';
import type { Sample } from '../../lib/profile/profile.ts';
import { aSample } from './a-sample.ts';

/** Attempts in four runs whose duration follows a law of the size, with a log-normal error of 20 %. */
function sampled(count: number, law: (bytes: number) => number, seed: number): readonly Sample[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const bytesIn = Math.round(Math.exp(10 + 5 * random()));
    const durationMs = law(bytesIn) * Math.exp(0.2 * standardNormal(random));
    return aSample({
      run: `run-${index % 4}`,
      shard: `x/${index}`,
      bytesIn,
      durationMs,
      cpuMs: 0.8 * durationMs,
      ioMs: 0.1 * durationMs,
    });
  });
}

function covers({ lower, upper }: Interval, value: number): boolean {
  return lower <= value && value <= upper;
}

describe('fitSizeModel', () => {
  it.each([
    ['linear', (bytes: number) => 500 + bytes / 1_000],
    ['proportional', (bytes: number) => bytes / 500],
    ['median', () => 700],
    ['power law', (bytes: number) => 3 * bytes ** 0.6],
    ['nearest', (bytes: number) => (bytes > 400_000 ? 5_000 : 200)],
  ])('finds a %s need and predicts it within its noise', (name, law) => {
    const model = fitSizeModel(sampled(200, law, 1));
    expect(model.name).toBe(name);
    for (const bytes of [50_000, 200_000, 1_500_000]) {
      const { point } = model.predict({ bytes }, 0.9).durationMs;
      // The standard error of a median of 200 with a spread of 20 % is 2 %; ten of them.
      expect(Math.abs(Math.log(point / law(bytes))), `at ${bytes}`).toBeLessThan(0.2);
    }
  });

  it.each([0.8, 0.9, 0.95])('covers new shards with the probability that was asked for: %d', (level) => {
    const law = (bytes: number) => 500 + bytes / 1_000;
    const fresh = sampled(2_000, law, 99);
    const covered = [1, 2, 3, 4, 5].map((seed) => {
      const model = fitSizeModel(sampled(200, law, seed));
      return fresh.filter(({ bytesIn, durationMs }) =>
        covers(model.predict({ bytes: bytesIn }, level).durationMs, durationMs),
      ).length;
    });
    const coverage = covered.reduce((sum, count) => sum + count, 0) / (5 * fresh.length);
    // Conformal coverage from 200 errors has a standard deviation of 2 % a fit, so 1 % over five; three of them.
    expect(Math.abs(coverage - level)).toBeLessThan(0.03);
  });

  it('says how little one sample says: a factor of two or more each way, growing beyond the size seen', () => {
    const model = fitSizeModel([aSample({ bytesIn: 1_000_000, durationMs: 1_000 })]);
    const here = model.predict({ bytes: 1_000_000 }, 0.9).durationMs;
    const far = model.predict({ bytes: 100_000_000 }, 0.9).durationMs;
    expect(here.point).toBe(1_000);
    expect(here.upper / here.point).toBeGreaterThan(2);
    expect(here.point / here.lower).toBeGreaterThan(2);
    expect(far.upper / far.point).toBeGreaterThan(here.upper / here.point);
    expect(far.upper / far.point).toBeLessThan(50);
  });

  it('predicts by records where they are known and the better guide', () => {
    const random = seededRandom(5);
    const samples = Array.from({ length: 60 }, (_, index) => {
      const recordsIn = Math.ceil(1_000 * random()) + 10;
      return aSample({
        run: `run-${index % 4}`,
        shard: `x/${index}`,
        bytesIn: 1e6 * (1 + random()),
        recordsIn,
        durationMs: 3 * recordsIn,
      });
    });
    const model = fitSizeModel(samples);
    const { point } = model.predict({ bytes: 1e6, records: 500 }, 0.9).durationMs;
    expect(Math.abs(point / 1_500 - 1)).toBeLessThan(0.02); // exact but for the last step of a search
  });

  it('believes no slope between sizes that are nearly one: twice the bytes and records take twice as long', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.constantFrom(0.5, 2, 4), (seed, factor) => {
        const random = seededRandom(seed);
        // the row groups of one file: as many records each, a few percent more or less bytes and time
        const groups = Array.from({ length: 11 }, (_, index) =>
          aSample({
            shard: `clean/${index}`,
            bytesIn: 1e6 * (1 + 0.05 * random()),
            recordsIn: 272_727,
            durationMs: 400 * (1 + 0.5 * random()),
          }),
        );
        const size = { bytes: factor * 1.025e6, records: factor * 272_727 };
        const { point } = fitSizeModel(groups).predict(size, 0.9).durationMs;
        // the median of the samples lies between the fastest and the slowest of them
        expect(point / factor).toBeGreaterThan(400 / 1.03);
        expect(point / factor).toBeLessThan(600 * 1.03);
      }),
    );
  });

  it('continues a line no steeper than the square of size beyond the sizes that were seen', () => {
    const steep = [1, 1.2, 1.4, 1.6, 1.8, 2].map((size, index) =>
      aSample({ shard: `x/${index}`, bytesIn: 1e6 * size, durationMs: 1_000 * (size - 0.99) }),
    );
    const model = fitSizeModel(steep);
    const at = (bytes: number) => model.predict({ bytes }, 0.9).durationMs.point;
    expect(at(1e5)).toBeGreaterThanOrEqual(at(1e6) / 100);
    expect(at(2e7)).toBeLessThanOrEqual(at(2e6) * 100);
    expect(at(1e5)).toBeGreaterThan(0);
  });

  it('gives finite, ordered, non-negative needs for whatever was measured', () => {
    const amount = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e15, noNaN: true }));
    const sample = fc.record({
      bytesIn: amount,
      durationMs: amount,
      cpuMs: amount,
      ioMs: amount,
      peakMemoryMiB: amount,
      networkBytes: amount,
      recordsIn: amount,
      run: fc.constantFrom('a', 'b', 'c', 'd'),
      memoryTierMiB: fc.constantFrom(128, 1_769, 10_240),
    });
    const nothing = {
      ...{ bytesIn: 0, durationMs: 0, cpuMs: 0, ioMs: 0, peakMemoryMiB: 0, networkBytes: 0, recordsIn: 0 },
      memoryTierMiB: 128,
    };
    // Two sizes so near together that the slope between them was infinite.
    const onceNaN = [
      { ...nothing, run: 'a', bytesIn: 5e-324 },
      { ...nothing, run: 'a' },
      { ...nothing, run: 'b' },
      { ...nothing, run: 'a' },
      { ...nothing, run: 'b', cpuMs: 8.881784197001252e-16 },
    ];
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 25 }), amount, amount, (drawn, bytes, records) => {
        const { stragglerShare: _none, ...need } = ShardNeed.parse(
          fitSizeModel(drawn.map(aSample)).predict({ bytes, records }, 0.95),
        );
        for (const [measure, { point, lower, upper }] of Object.entries(need)) {
          expect(lower, measure).toBeGreaterThanOrEqual(0);
          expect(point, measure).toBeGreaterThanOrEqual(lower);
          expect(upper, measure).toBeGreaterThanOrEqual(point);
          expect(Number.isFinite(upper), measure).toBe(true);
        }
      }),
      { examples: [[onceNaN, 0, 0]] },
    );
  });

  it('refuses to learn from nothing', () => {
    expect(() => fitSizeModel([])).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
  });
});
