import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { standardNormal } from '../../lib/core/standard-normal.ts';

const take = (count: number, next: () => number) => Array.from({ length: count }, next);

describe('seededRandom', () => {
  it('gives the numbers of mulberry32', () => {
    // the algorithm written again in C with uint32_t (gcc 12.2), seed 1, over 2^32
    expect(take(3, seededRandom(1))).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
  });

  it('gives other numbers for another seed, the same for the same, and takes any whole number', () => {
    expect(take(5, seededRandom(2))).not.toEqual(take(5, seededRandom(1)));
    expect(take(5, seededRandom(-7))).toEqual(take(5, seededRandom(-7)));
    expect(take(1_000, seededRandom(-1)).every((value) => value >= 0 && value < 1)).toBe(true);
  });
});

describe('standardNormal', () => {
  it('has mean 0, deviation 1 and the tails of a normal number', () => {
    const count = 100_000;
    const random = seededRandom(1);
    const values = take(count, () => standardNormal(random));
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    const beyond = values.filter((value) => Math.abs(value) > 1.959964).length / count;
    // five standard errors of each: 1 / √n, √(2 / n), √(0.05 · 0.95 / n)
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(beyond - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / count));
  });

  it('is finite when chance is 0', () => {
    expect(standardNormal(() => 0)).toBe(-0);
  });
});
