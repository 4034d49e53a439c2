import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { standardNormal } from '../../lib/core/standard-normal.ts';
import { stragglerShare, withoutStragglers } from '../../lib/forecast/straggler-share.ts';

function logErrors(count: number, sigma: number, share: number): readonly number[] {
  const random = seededRandom(9);
  return Array.from(
    { length: count },
    () => sigma * standardNormal(random) + (random() < share ? Math.log(2 + 6 * random()) : 0),
  );
}

describe('stragglerShare', () => {
  it('finds the share that was drawn', () => {
    const errors = logErrors(400, 0.15, 0.05);
    const found = stragglerShare(errors);
    // 400 draws: a standard error of 0.011, and one in twenty is slow by less than can be told
    expect(found).toBeGreaterThan(0.02);
    expect(found).toBeLessThan(0.08);
    expect(withoutStragglers(errors)).toHaveLength(Math.round(400 * (1 - found)));
  });

  it('takes a wide error for what it is, and few samples for no evidence', () => {
    expect(stragglerShare(logErrors(400, 0.6, 0))).toBeLessThan(0.005);
    expect(stragglerShare(logErrors(40, 0.1, 0.3))).toBe(0);
  });
});
