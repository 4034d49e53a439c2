import { describe, expect, it } from 'vitest';
import { type OpenBacklog, volumeOf } from '../../lib/observe/backlog-volume.ts';
import type { IntakeRecord } from '../../lib/run/backlog/intake-record.ts';
import { backlogLayout, backlogRanges, backlogSteps } from '../../lib/shards/backlog-layout.ts';
import type { Shard, ShardedOperation } from '../../lib/shards/sharding.ts';

/** Eleven steps of one shard each; a thousand bytes were expected of each. */
const layout = backlogLayout(Array.from({ length: 11 }, () => ({ bytes: 1_000, partCount: 1 })));

function backlog(taken: readonly number[]): OpenBacklog {
  return {
    operation: { id: 'a', layout } as unknown as ShardedOperation,
    shards: backlogRanges(layout).map((range, index) => ({ id: `a/${index}`, range }) as unknown as Shard),
    steps: backlogSteps({ kind: 'backlog', closes: '10s', lag: '4s' }),
    intakes: taken.map((bytes, step) => ({ step, bytes }) as IntakeRecord),
  };
}

describe('volumeOf', () => {
  it('goes by what a step brought, and before three were seen by what was expected of the others', async () => {
    const volume = await volumeOf([backlog([500, 3_000])], 0.9);
    expect([0, 1, 2, 10].map((step) => volume(`a/${step}`))).toEqual([0.5, 3, 1, 1]);
    expect(volume('b/0')).toBe(1);
  });

  it('expects of what is to come what the steps so far lead to expect', async () => {
    const volume = await volumeOf([backlog([0, 4_000, 4_000, 4_000, 4_000])], 0.9);
    expect(volume('a/7')).toBeCloseTo(4, 1);
  });

  it('leaves an empty step some time: with none at all no slot would be granted for its commit', async () => {
    const volume = await volumeOf([backlog([1_000, 0, 0, 0, 0])], 0.9);
    for (const step of [1, 4, 5, 10]) expect(volume(`a/${step}`)).toBeGreaterThan(0);
  });
});
