import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideReshard } from '../../lib/reshard/decide-reshard.ts';
import { weighCopy } from '../../lib/reshard/weigh-copy.ts';
import { operationOf, requestOf, running } from './requests.ts';

const slow = operationOf([running('op/0', 4_000), running('op/1', 70_000), running('op/2', 50_000)]);

describe('weighCopy', () => {
  it('copies the shard that is expected to end last, at even odds until copies have shown what they can', () => {
    const copy = weighCopy(slow, requestOf([slow]));
    // 70 s become the 50 s of the next, and half of that is believed
    expect(copy).toMatchObject({ change: 'copy', shards: ['op/1'], savedMs: 10_000, worth: true, churnMs: 10_600 });
    const trusted = weighCopy(slow, requestOf([slow], { copiesWon: 8, copiesEnded: 8 }));
    expect(trusted?.savedMs).toBeCloseTo(18_000, 6);
    const failed = weighCopy(slow, requestOf([slow], { copiesWon: 0, copiesEnded: 8 }));
    expect(failed?.savedMs).toBeCloseTo(2_000, 6);
  });

  it('copies none that ends before a fresh run would, the start of a slot that is not held included', () => {
    const almost = (remainingMs: number) => operationOf([running('op/0', remainingMs)]);
    const at = (remainingMs: number, slotCount: number) =>
      weighCopy(almost(remainingMs), requestOf([], { slotCount }))?.shards;
    expect(at(10_300, 2)).toBeUndefined();
    expect(at(10_301, 2)).toEqual(['op/0']);
    expect(at(10_900, 1)).toBeUndefined();
    expect(at(10_901, 1)).toEqual(['op/0']);
  });

  it('copies none that has not run as long as a fresh run would', () => {
    const begun = (startedAt: number) => {
      const operation = operationOf([running('op/0', 70_000, { startedAt })]);
      return weighCopy(operation, requestOf([operation]))?.shards;
    };
    expect(begun(90_001)).toBeUndefined();
    expect(begun(90_000)).toEqual(['op/0']);
  });

  it('is not worth it for less than four overheads, or a tenth of what is left', () => {
    const worth = (remainingMs: number) => {
      const operation = operationOf([running('op/0', remainingMs)]);
      return weighCopy(operation, requestOf([operation], { copiesWon: 98, copiesEnded: 98 }))?.worth;
    };
    // of 10.3 s for a fresh run: 0.99 of the difference is believed
    expect(worth(10_300 + 1_213)).toBe(true);
    expect(worth(10_300 + 1_212)).toBe(false);
  });

  it('copies none twice, none without an idle slot, and no more than a tenth of the slots', () => {
    const again = operationOf([running('op/0', 70_000, { copyRestMs: 5_000 })]);
    expect(weighCopy(again, requestOf([again]))).toBeUndefined();
    expect(weighCopy(slow, requestOf([slow], { slotMax: 3 }))).toBeUndefined();
    expect(weighCopy(slow, requestOf([slow], { copyCount: 1 }))).toBeUndefined();
    expect(weighCopy(slow, requestOf([slow], { slotMax: 20, copyCount: 1 }))).toBeDefined();
    expect(weighCopy(slow, requestOf([slow], { slotMax: 20, copyCount: 2 }))).toBeUndefined();
  });

  it('never makes the operation end later, and never chooses a shard that ends before another', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 90_000 }), { minLength: 1, maxLength: 9 }), (rests) => {
        const operation = operationOf(rests.map((rest, at) => running(`op/${at}`, rest)));
        const copy = weighCopy(operation, requestOf([operation]));
        if (Math.max(...rests) <= 10_300) expect(copy).toBeUndefined();
        else expect(rests[Number(copy?.shards[0]?.slice(3))]).toBe(Math.max(...rests));
        expect(copy?.savedMs ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('is recorded with its numbers', () => {
    const record = decideReshard(requestOf([slow])).find(({ change }) => change === 'copy');
    expect(record?.reason).toBe('copy op/1, which needs 70.0 s more and afresh 10.3 s: -10.0 s, +0.000318 USD');
    expect(record).toMatchObject({ taken: true, shard: 'op/1', operation: 'op', at: 100_000 });
  });

  it('loses against a cut where the shard can be cut', () => {
    const cuttable = operationOf([running('op/0', 70_000, { end: 1_000, cursor: 100 })]);
    const records = decideReshard(requestOf([cuttable]));
    expect(records.filter(({ taken }) => taken).map(({ change }) => change)).toEqual(['split-running']);
    expect(records.find(({ change }) => change === 'copy')?.reason).toContain('another change is better');
  });

  it('leaves a copied shard whole while its copy may be first, and cuts it when the copy is late', () => {
    const cut = (copyRestMs: number) => {
      const operation = operationOf([running('op/0', 70_000, { end: 1_000, cursor: 100, copyRestMs })]);
      return decideReshard(requestOf([operation], { copyCount: 1 })).filter(({ taken }) => taken).length;
    };
    expect(cut(1)).toBe(0);
    expect(cut(0)).toBe(1);
  });
});
