import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeProfile } from '../../lib/profile/merge-profile.ts';
import { Profile, SAMPLES_MAX } from '../../lib/profile/profile.ts';
import type { ShardAttempt } from '../../lib/profile/shard-attempt.ts';
import { anAttempt } from './an-attempt.ts';

/** Attempts that differ in identity; some repeat one another. */
function attempts(): fc.Arbitrary<readonly ShardAttempt[]> {
  const attempt = fc
    .record({
      run: fc.constantFrom('a', 'b'),
      shard: fc.constantFrom('x/0', 'x/1', 'x/2'),
      epoch: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ run, shard, epoch }) => {
      // One identity is one attempt: the rest follows from it.
      const number = [...`${run}${shard}`].reduce((sum, letter) => sum + letter.charCodeAt(0), epoch * 7);
      const outcome = (['committed', 'failed', 'lost'] as const)[epoch - 1] ?? 'lost';
      return anAttempt({ run, shard, epoch, startedAt: number, durationMs: number, outcome });
    });
  return fc.array(attempt, { maxLength: 20 });
}

const empty = mergeProfile(undefined, [anAttempt({ outcome: 'lost' })]);

describe('mergeProfile', () => {
  it('is idempotent, and blind to order and to how the attempts are dealt out', () => {
    fc.assert(
      fc.property(attempts(), fc.nat(20), (all, cut) => {
        const once = mergeProfile(empty, all);
        expect(mergeProfile(once, all)).toEqual(once);
        expect(mergeProfile(mergeProfile(empty, all.slice(cut)), all.slice(0, cut))).toEqual(once);
      }),
    );
  });

  it('counts each attempt once by its outcome; a lost one says nothing', () => {
    fc.assert(
      fc.property(attempts(), (all) => {
        const distinct = (outcome: string) =>
          new Set(all.filter((one) => one.outcome === outcome).map((one) => `${one.run} ${one.shard} ${one.epoch}`))
            .size;
        const profile = mergeProfile(empty, all);
        expect(profile.committedCount).toBe(distinct('committed'));
        expect(profile.failedCount).toBe(distinct('failed'));
        expect(profile.samples).toHaveLength(profile.committedCount);
      }),
    );
  });

  it('keeps the newest samples, oldest first, still counts the others, and does not count them again', () => {
    const many = Array.from({ length: SAMPLES_MAX + 100 }, (_, index) =>
      anAttempt({ shard: `x/${index}`, startedAt: index }),
    );
    const profile = mergeProfile(undefined, [...many].reverse());
    expect(profile.committedCount).toBe(SAMPLES_MAX + 100);
    expect(profile.samples.map(({ startedAt }) => startedAt)).toEqual(
      many.slice(100).map(({ startedAt }) => startedAt),
    );
    expect(mergeProfile(profile, many)).toEqual(profile);
    expect(Profile.parse(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
  });

  it('refuses attempts of several types, and nothing at all', () => {
    const mixed = [anAttempt({ type: 'b@1' }), anAttempt({ type: 'a@1' })];
    expect(() => mergeProfile(undefined, mixed)).toThrow(
      expect.objectContaining({ name: 'InvalidInput', message: expect.stringContaining('a@1, b@1') }),
    );
    expect(() => mergeProfile(undefined, [])).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
  });
});
