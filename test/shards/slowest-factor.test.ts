import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { standardNormal } from '../../lib/core/standard-normal.ts';
import { COPY_AFTER_FACTOR, slowestFactor } from '../../lib/shards/slowest-factor.ts';

const spread = { sigma: 0.25, sharedVariance: 0, stragglerShare: 0.02, speculation: false };

/** The fewest shards of 600 s of work with which all end within 30 s, with probability 95 %. */
function leastCount(factorOf: (count: number) => number): number {
  let count = 1;
  while ((600 * factorOf(count)) / count > 30) count += 1;
  return count;
}

describe('slowestFactor', () => {
  it('gives the counts of docs/methods.md: 227 for a 30 s stage with stragglers, some 65 with copies', () => {
    // a prototype in plain JavaScript, by simulation: 227 and 65
    expect(leastCount(slowestFactor(spread, 0.95))).toBe(227);
    const copied = leastCount(slowestFactor({ ...spread, speculation: true }, 0.95));
    expect(copied).toBeGreaterThanOrEqual(60);
    expect(copied).toBeLessThanOrEqual(67);
  });

  it('is the quantile that a simulation finds', () => {
    const shared = { sigma: 0.5, sharedVariance: 0.25, stragglerShare: 0.03 };
    for (const speculation of [false, true]) {
      const random = seededRandom(3);
      const own = () => 0.5 * Math.sqrt(0.75) * standardNormal(random);
      const one = () => Math.exp(own()) * (random() < shared.stragglerShare ? 2 + 6 * random() : 1);
      const slowest = Array.from({ length: 4_000 }, () => {
        const common = Math.exp(0.5 * 0.5 * standardNormal(random));
        const factors = Array.from({ length: 30 }, () => {
          const first = one();
          return speculation && first > COPY_AFTER_FACTOR ? Math.min(first, COPY_AFTER_FACTOR + one()) : first;
        });
        return common * Math.max(...factors);
      });
      const found = slowestFactor({ ...shared, speculation }, 0.9)(30);
      const share = slowest.filter((factor) => factor <= found).length / slowest.length;
      expect(share).toBeGreaterThan(0.885); // 4,000 draws: three standard errors are 0.014
      expect(share).toBeLessThan(0.915);
    }
  });

  it('is 1 for what is certain, and grows with the number of shards', () => {
    expect(slowestFactor({ ...spread, sigma: 0, stragglerShare: 0 }, 0.95)(100)).toBe(1);
    const factorOf = slowestFactor(spread, 0.95);
    for (let count = 1; count < 500; count += 1) expect(factorOf(count + 1)).toBeGreaterThan(factorOf(count));
  });
});
