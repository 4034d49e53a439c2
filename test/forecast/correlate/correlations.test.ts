import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/core/random.ts';
import { standardNormal } from '../../../lib/core/standard-normal.ts';
import { correlations } from '../../../lib/forecast/correlate/correlations.ts';
import { falseDiscovery } from '../../../lib/forecast/correlate/false-discovery.ts';

const LENGTH = 600;

function day(t: number): number {
  return 10 + 4 * Math.sin((2 * Math.PI * t) / 24);
}

function noisy(seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: LENGTH }, (_, t) => day(t) + standardNormal(random));
}

describe('correlations', () => {
  it('finds a factor that goes ahead, by how many steps, and not one that merely shares the rhythm of the day', () => {
    const activity = noisy(1);
    const load = noisy(2).map((value, t) => value + 0.8 * ((activity[t - 3] ?? 0) - day(t - 3)));
    const factors = [
      { name: 'rhythm', values: noisy(4) },
      { name: 'activity', values: activity },
    ];
    const found = correlations(load, factors, { seasons: [24], lagMax: 6 });
    expect(found.slice(0, 2).map(({ factor, lag }) => `${factor} ${lag}`)).toEqual(['activity 3', 'activity 3']);
    for (const { factor, effect, p } of found) {
      if (factor === 'activity') {
        expect(p).toBeLessThan(1e-6);
        // 0.8 / sqrt(1 + 0.8^2) of the noise is shared: 0.62, with a standard error of 0.04 and some of it whitened off.
        expect(Math.abs(effect - 0.62)).toBeLessThan(0.12);
      } else expect(p).toBeGreaterThan(0.05);
    }
  });

  it('says nothing of a factor that never moves, or of too few values', () => {
    const still = { name: 'still', values: new Float64Array(LENGTH).fill(3) };
    expect(correlations(noisy(1), [still], { seasons: [24], lagMax: 2 })).toEqual([]);
    const few = { name: 'few', values: noisy(2).slice(0, 20) };
    expect(correlations(noisy(1).slice(0, 20), [few], { seasons: [24], lagMax: 2 })).toEqual([]);
  });
});

describe('falseDiscovery', () => {
  it('is that of statsmodels', () => {
    // statsmodels 0.15.0: multipletests([0.01, 0.04, 0.03, 0.005, 0.5], method='fdr_bh')[1]
    const expected = [0.025, 0.05, 0.05, 0.025, 0.5];
    for (const [index, value] of falseDiscovery([0.01, 0.04, 0.03, 0.005, 0.5]).entries()) {
      expect(value).toBeCloseTo(expected[index] ?? 0, 12);
    }
  });

  it('never makes a p-value smaller and keeps their order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (p) => {
        const corrected = falseDiscovery(p);
        for (const [i, value] of p.entries()) {
          // Each is multiplied and divided: a relative 1e-12 is rounding.
          expect(corrected[i]).toBeGreaterThanOrEqual(value * (1 - 1e-12));
          for (const [j, other] of p.entries())
            if (value < other) expect(corrected[i]).toBeLessThanOrEqual((corrected[j] ?? 1) * (1 + 1e-12));
        }
      }),
    );
  });
});
