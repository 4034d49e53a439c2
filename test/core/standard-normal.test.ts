import { mean, sampleCorrelation, variance } from 'simple-statistics';
import { expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { standardNormals } from '../../lib/core/standard-normal.ts';

it('gives standard normal numbers that know nothing of one another, the two of a pair neither', () => {
  const normal = standardNormals(seededRandom(1));
  const values = Array.from({ length: 40_000 }, normal);
  const [firsts, seconds] = [0, 1].map((rest) => values.filter((_, index) => index % 2 === rest));
  // four standard errors each: 1 / √40,000, √(2 / 40,000), 1 / √20,000
  expect(Math.abs(mean(values))).toBeLessThan(0.02);
  expect(Math.abs(variance(values) - 1)).toBeLessThan(0.03);
  expect(Math.abs(sampleCorrelation(firsts ?? [], seconds ?? []))).toBeLessThan(0.03);
  expect(Math.abs(sampleCorrelation((firsts ?? []).map(Math.abs), (seconds ?? []).map(Math.abs)))).toBeLessThan(0.03);
  expect(values.filter((value) => value > 1.959964).length / 40_000).toBeCloseTo(0.025, 2);
});
