import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/core/random.ts';
import { standardNormal } from '../../lib/core/standard-normal.ts';
import { weighClones } from '../../lib/reshard/weigh-clones.ts';
import { operationOf, requestOf, running } from './requests.ts';

const begun = { startedAt: 99_000, predictedUpperMs: 30_000 };
const small = operationOf([running('op/0', 9_000, begun), running('op/1', 9_000, begun)]);
const many = { slotCount: 30, slotMax: 30 };

describe('weighClones', () => {
  it('copies every shard of a small operation at its beginning', () => {
    expect(weighClones(small, requestOf([small], many))).toMatchObject({
      change: 'clone',
      shards: ['op/0', 'op/1'],
      worth: true,
      churnMs: 20_600,
    });
  });

  it('copies nothing later, nothing that is large, and nothing beyond a tenth of the slots', () => {
    const late = operationOf([running('op/0', 7_000, { ...begun, startedAt: 97_000 })]);
    expect(weighClones(late, requestOf([late], many))).toBeUndefined();
    expect(weighClones(small, requestOf([small], { ...many, slotMax: 19 }))).toBeUndefined();
    const large = operationOf(Array.from({ length: 11 }, (_, at) => running(`op/${at}`, 9_000, begun)));
    expect(weighClones(large, requestOf([large], { slotMax: 900 }))).toBeUndefined();
  });

  it('saves what the slowest of pairs is sooner than the slowest, as drawing shows', () => {
    const random = seededRandom(7);
    const sigma = Math.log(3) / 1.645;
    const draw = () => 10_000 * Math.exp(sigma * standardNormal(random));
    const median = (of: () => number) => Array.from({ length: 4_001 }, of).sort((a, b) => a - b)[2_000] ?? 0;
    const single = median(() => Math.max(draw(), draw()));
    const paired = median(() => Math.max(Math.min(draw(), draw()), Math.min(draw(), draw())));
    const savedMs = weighClones(small, requestOf([small], many))?.savedMs ?? 0;
    // 4,001 draws of a lognormal this wide: the median is known to about 2 %
    expect(Math.abs(savedMs - (single - paired - 300)) / (single - paired)).toBeLessThan(0.05);
  });
});
